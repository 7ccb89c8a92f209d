"""Where providers of mailboxes send the browser back to: what goes wrong is told on a page."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from blacklight_api.portal.routing import RefusedError, find_viewer, problem_page
from blacklight_api.routing import PublicRoute, RequestHandler

_RUN_OUT = (
    "This attempt to connect a mailbox has run out, or was answered already. Begin once more."
)
_INCOMPLETE = "The mail provider sent an answer that is not complete. Begin once more."


class MailboxReturnRoute(PublicRoute):
    """A route of the API that browsers are sent to; people get a page, programs the problem."""

    def get_route_handler(self) -> RequestHandler:
        """The endpoint, with its errors as pages where a browser asks."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except (HTTPException, RequestValidationError) as error:
                if "text/html" not in request.headers.get("Accept", ""):
                    raise
                raise RefusedError(await _page(request, error)) from error

        return shown


async def _page(request: Request, error: HTTPException | RequestValidationError) -> Response:
    await find_viewer(request)
    status, detail = _words(error)
    return problem_page(
        request,
        status,
        heading="The mailbox was not connected",
        detail=detail,
        way_back=("/integrations", "Back to Integrations"),
    )


def _words(error: HTTPException | RequestValidationError) -> tuple[HTTPStatus, str]:
    if isinstance(error, RequestValidationError):
        return HTTPStatus.UNPROCESSABLE_ENTITY, _INCOMPLETE
    status = HTTPStatus(error.status_code)
    return status, _RUN_OUT if status is HTTPStatus.NOT_FOUND else error.detail
