"""What a form says: hostile until it was looked at."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from publisher.rendering.text.clean import clean

MOST_FIELDS: Final = 200
MOST_NAME: Final = 80
MOST_VALUE: Final = 400
MULTIPART: Final = "multipart/form-data"


class Fields:
    """The fields of one form, each with all its values."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value[:MOST_VALUE])

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def line(self, name: str, most: int = MOST_VALUE) -> str:
        """The first value, as one line without what turns or hides text."""
        return " ".join(clean(self.raw(name)).split())[:most]

    def raw(self, name: str) -> str:
        """The first value as it was sent, but for blanks around it."""
        return self._values.get(name, [""])[0].strip(" \t")

    def number(self, name: str, default: int) -> int:
        """The first value as a small number."""
        text = self.raw(name)
        return (
            int(text) if text.isascii() and text.isdigit() and len(text) < len("1000") else default
        )

    def many(self, name: str) -> list[str]:
        """Every value, as a line each."""
        return [" ".join(clean(value).split()) for value in self._values.get(name, [])]


async def fields_of(request: Request) -> Fields:
    """The form in a request's body: URL-encoded, multipart without files, or a JSON object.

    Raises:
        HTTPException: it is none of these.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == MULTIPART:  # whose charset may be any codec of Python's
            return Fields(await _multipart(request))
        text = (await request.body()).decode()
        return Fields(_of_json(text) if kind == "application/json" else _of_form(text))
    except (ValueError, RecursionError):
        raise HTTPException(400) from None


async def _multipart(request: Request) -> list[tuple[str, str]]:
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _of_form(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)


def _of_json(text: str) -> list[tuple[str, str]]:
    value = json.loads(text)
    if not isinstance(value, Mapping) or len(value) > MOST_FIELDS:
        raise ValueError("a form is an object")
    return [(name, each) for name, values in value.items() for each in _texts(values)]


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(each) for each in values if isinstance(each, str | int) and each is not True]
