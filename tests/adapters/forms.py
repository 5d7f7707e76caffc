"""Reading a form with files, as a fake network gets it."""

from email.parser import BytesParser
from typing import NamedTuple

from tests.adapters.fake_server import Request


class Form(NamedTuple):
    fields: dict[str, str]
    files: list[bytes]


def read_form(request: Request) -> Form:
    """The fields and the files of a multipart/form-data request."""
    form = Form({}, [])
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    for part in BytesParser().parsebytes(head + request.body).walk():
        content = part.get_payload(decode=True)
        if part.is_multipart() or not isinstance(content, bytes):
            continue
        if part.get_filename():
            form.files.append(content)
        else:
            name = str(part.get_param("name", header="content-disposition"))
            form.fields[name] = content.decode()
    return form
