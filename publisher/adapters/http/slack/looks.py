"""How notes and digests look on Slack: words and blocks, and what is read back of them."""

from collections.abc import Sequence
from typing import Any, Final

from publisher.adapters.http.chats import Part, parts_of, words_within
from publisher.adapters.http.replies import dig
from publisher.adapters.http.text.counting import utf16_units
from publisher.model.messages import ChannelMessage, Note, Picture

LENGTH, ALT_LENGTH = 4000, 2000
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_LINKS: Final = str.maketrans({"|": "%7C", "<": "%3C", ">": "%3E"})

Body = dict[str, Any]


def encoded(text: str, url: str = "") -> str:
    """Plain words as Slack wants them, with `url` as an explicit link where it stands."""
    if not url:
        return text.translate(_ENTITIES)
    link = f"<{url.translate(_IN_LINKS).replace('&', '&amp;')}>"
    return link.join(encoded(part) for part in text.split(url))


def count_encoded(text: str) -> int:
    """UTF-16 units with Slack's entities."""
    return utf16_units(encoded(text))


def blocks_of(message: ChannelMessage, picture: Picture | None) -> list[Body]:
    """Words, links and the picture, in which nothing is markup."""
    parts = parts_of(message, words_within(LENGTH))
    section = {"type": "rich_text_section", "elements": list(map(_element, parts))}
    blocks: list[Body] = [{"type": "rich_text", "elements": [section]}]
    if picture and isinstance(message, Note):
        alt = (picture.alt or message.title or "Picture")[:ALT_LENGTH]
        blocks.append({"type": "image", "image_url": message.image, "alt_text": alt})
    return blocks


def _element(part: Part) -> Body:
    """A part as Slack's editor would have made it: nothing in it is markup."""
    style = {"style": {"bold": True}} if part.bold else {}
    if part.url:
        return {"type": "link", "url": part.url, "text": part.words, **style}
    return {"type": "text", "text": part.words, **style}


def content_of(shown: object) -> tuple[str, Sequence[object]]:
    """The words of a message and its links; `shown` may be any JSON."""
    text = dig(shown, "text")
    plain = text if isinstance(text, str) else ""
    for entity, character in (("<", " "), (">", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, character)
    return plain, []
