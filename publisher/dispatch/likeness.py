"""What refusals have in common: their words without the reader, without numbers and ids. Pure."""

import re
from typing import Final

_READ: Final = 400  # characters
_ADDRESS: Final = re.compile(r"<?[^\s<>]{1,254}@[^\s<>]{1,254}>?")
_CODE: Final = re.compile(r"\S*\d\S*")  # a number, or an id with a digit in it
_SPACE: Final = re.compile(r"[\W_]+")


def likeness(text: str, recipient: str = "") -> str:
    """`text` without addresses, the reader's name and domain, digits and ids."""
    words = _ADDRESS.sub(" ", text[:_READ].lower())
    name, _, domain = recipient.lower().rpartition("@")
    for mine in (domain, name):
        if mine:
            words = re.sub(rf"(?<!\w){re.escape(mine)}(?!\w)", " ", words)
    return _SPACE.sub(" ", _CODE.sub(" ", words)).strip()
