"""The relaxed canonical form of headers and bodies (RFC 6376 section 3.4)."""


def value(text: bytes) -> bytes:
    """A header's value, unfolded, with single blanks and none around it."""
    return _single(text.replace(b"\r\n", b"").replace(b"\t", b" "))


def body(text: bytes) -> bytes:
    """A body whose lines end with CRLF: single blanks, none at line ends, no empty last lines."""
    text = text.replace(b"\t", b" ")
    if b"  " in text:
        text = _single(b"\r\n%b\r\n" % text)[2:-2]
    text = text.replace(b" \r\n", b"\r\n").removesuffix(b" ")
    ends = text[len(text.rstrip(b"\r\n")) :].replace(b"\r\n", b"\0\0")
    text = text[: len(text) - (len(ends) - len(ends.rstrip(b"\0")))]
    return text + b"\r\n" if text else b""


def _single(text: bytes) -> bytes:
    return b" ".join(filter(None, text.split(b" ")))
