"""The file of a form."""

from __future__ import annotations

from starlette.datastructures import UploadFile

from blacklight_api.documents.files import UploadedFile, read_upload
from blacklight_api.portal.forms import Form
from blacklight_api.problems import Unprocessable


async def uploaded_document(form: Form, field: str = "file") -> UploadedFile:
    """The document that the person has chosen.

    Raises:
        Unprocessable: They have chosen none, or an empty one.
        ContentTooLarge: It has more than 10 MiB.
        UnsupportedMediaType: It is neither PDF nor Word (.docx) nor plain text.
    """
    upload = form.values.get(field)
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise Unprocessable(field, "Choose a file.")
    return await read_upload(upload)
