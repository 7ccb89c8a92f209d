"""A gateway small enough for the stack's tests."""

from fastapi import FastAPI


def create_app() -> FastAPI:
    app = FastAPI()

    def readyz() -> dict[str, str]:
        return {"status": "ok"}

    app.add_api_route("/readyz", readyz)
    return app
