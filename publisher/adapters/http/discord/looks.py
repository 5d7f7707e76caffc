"""How notes and digests look on Discord: Markdown, cards, and what is read back of them."""

import re
from collections.abc import Sequence
from typing import Any, Final

from publisher.adapters.http.chats import LINK, Part, escaped, markdown, parts_of
from publisher.adapters.http.replies import dig
from publisher.adapters.http.text.counting import utf16_units
from publisher.adapters.http.text.cutting import cut
from publisher.model.messages import ChannelMessage, Digest, Note

LENGTH, TITLE, DESCRIPTION = 2000, 256, 4096
OPENING: Final = 40  # so much of a description shows whether the text has it
_SUPPRESS_EMBEDS: Final = 1 << 2
_ESCAPE = re.compile(r"\\(?=[^A-Za-z0-9\s])")
_WORDS: Final = ("title", "description")

Body = dict[str, Any]


def count_escaped(text: str) -> int:
    """UTF-16 units with the escapes, and two more for each address, which `<>` may surround."""
    return utf16_units(escaped(text)) + 2 * len(re.findall(LINK, text))


def body_of(message: ChannelMessage, picture: str, *, card: bool) -> Body:
    """What is shown; `picture` is the name of a file that is part of the message."""
    quiet: Body = {"allowed_mentions": {"parse": []}}
    if isinstance(message, Digest):
        return {**quiet, **_digest(message, card=card)}
    if not card or not message.link:
        flags = {"flags": _SUPPRESS_EMBEDS} if picture else {}
        return {**quiet, **flags, "content": escaped(message.text)}
    return {**quiet, "content": _unlinked(message), "embeds": [_card(message, picture)]}


def content_of(shown: object) -> tuple[str, Sequence[object]]:
    """The words of a message and its card, and their links; `shown` may be any JSON."""
    embeds = dig(shown, "embeds")
    cards = [each for each in embeds if isinstance(each, dict)] if isinstance(embeds, list) else []
    texts = [dig(shown, "content"), *(dig(card, name) for card in cards for name in _WORDS)]
    text = "\n".join(each for each in texts if isinstance(each, str))
    links = re.findall(LINK, text.replace(")", " "))
    return _ESCAPE.sub("", text), [
        *links,
        *re.findall(LINK, text),
        *(dig(card, "url") for card in cards),
    ]


def _digest(digest: Digest, *, card: bool) -> Body:
    room = DESCRIPTION if card else LENGTH
    parts = parts_of(digest, lambda parts: utf16_units(markdown(parts)) <= room)
    if not card:
        return {"content": markdown(parts), "flags": _SUPPRESS_EMBEDS}
    title, link = _title(digest.title), {"url": digest.url} if digest.url else {}
    rest = parts[1:] or [Part(digest.text.removeprefix(digest.title))]
    return {"embeds": [{"title": title, **link, "description": markdown(rest).strip()}]}


def _unlinked(note: Note) -> str:
    """The text without what its card has: its link, and its title where that is the first line.

    Within a line the link stays, without another card.
    """
    words = note.text.removeprefix(f"{note.title}\n") if note.title else note.text
    lines = [line for line in words.splitlines() if line.strip() != note.url or not note.url]
    text = re.sub(r"\n{3,}", "\n\n", escaped("\n".join(lines))).strip()
    whole = re.escape(note.url) + r"(?![\w/?#&=%-])"
    return re.sub(whole, lambda found: f"<{found[0]}>", text) if note.url else text


def _card(note: Note, picture: str) -> Body:
    """The link's title, the picture, and the description where the text does not begin with it."""
    card: Body = {"title": _title(note.title or note.link), "url": note.link}
    if note.description and note.description[:OPENING] not in note.text:
        card["description"] = escaped(cut(note.description, DESCRIPTION, _escaped_length))
    image = f"attachment://{picture}" if picture else note.image
    return {**card, "image": {"url": image}} if image else card


def _title(text: str) -> str:
    """The title of a card, cut so that it fits with its escapes."""
    return escaped(cut(text, TITLE, _escaped_length))


def _escaped_length(text: str) -> int:
    return utf16_units(escaped(text))
