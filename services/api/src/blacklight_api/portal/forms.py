"""Reading HTML forms: every field is text; what is refused is shown again beside its message."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from blacklight_api.portal.csrf import CSRF_FIELD
from blacklight_api.problems import FieldError, Problem, Unprocessable, field_error

ModelT = TypeVar("ModelT", bound=BaseModel)

Blank = Literal["omit", "null"]


class FormRefused(Problem):
    """The values of a form are not allowed; names every field at fault."""

    status = Unprocessable.status

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("Some fields need your attention.", errors=errors)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form shows: values, and what is wrong with them.

    Attributes:
        values: Text by field; a list for a field that may be given several times.
        errors: Message by field.
        detail: What is wrong with the form as a whole.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    detail: str | None = None

    @classmethod
    async def sent(cls, request: Request, *, lists: Collection[str] = ()) -> Self:
        """What the person has sent.

        Args:
            request: Carries the form.
            lists: Fields that may be given several times.
        """
        sent = await request.form()
        return cls(values={name: _value(sent, name, lists) for name in sent if name != CSRF_FIELD})

    def text(self, name: str) -> str:
        """The text in one field; empty where it is missing or no text."""
        value = self.values.get(name)
        return value.strip() if isinstance(value, str) else ""

    def file(self, name: str = "file") -> UploadFile:
        """The file that the person has chosen.

        Raises:
            Unprocessable: They have chosen none.
        """
        upload = self.values.get(name)
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Unprocessable(name, "Choose a file.")
        return upload

    def read(self, model: type[ModelT], *, blank: Blank = "omit", **more: Any) -> ModelT:
        """The form as a model.

        Args:
            model: What the values have to be.
            blank: What an empty field means: not given, or cleared.
            more: Values that do not come from the form, or come from it in another shape.

        Raises:
            FormRefused: Some values are not allowed.
        """
        given: dict[str, Any] = {}
        for name, value in self.values.items():
            if not (isinstance(value, str) and not value.strip()):
                given[name] = value
            elif blank == "null":
                given[name] = None
        try:
            return model.model_validate(given | more)
        except ValidationError as error:
            raise FormRefused([field_error(details) for details in error.errors()]) from None

    def refused(self, problem: Problem) -> Self:
        """The same values, with what is wrong with them."""
        errors = {error.field.split(".")[0]: error.message for error in problem.errors}
        of_the_whole = errors.pop("", None)
        detail = f"{of_the_whole}." if of_the_whole else problem.detail
        return type(self)(values=self.values, errors=errors, detail=detail)


def _value(sent: FormData, name: str, lists: Collection[str]) -> Any:
    return sent.getlist(name) if name in lists else sent[name]
