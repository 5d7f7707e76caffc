"""What adapters that post into chats share: notes and digests, a picture in the same request."""

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from publisher.adapters.http.notes import HttpAdapter
from publisher.adapters.http.pictures import P, without
from publisher.adapters.http.text.counting import utf16_units
from publisher.errors import Doubtful, Rejected
from publisher.model.messages import ChannelMessage, Digest, Limits, Note, Picture, Receipt

if TYPE_CHECKING:
    from requests import Response


LINK = r"https?://[^\s<>]+"
_MARKUP = re.compile(rf"(?P<link>{LINK})|[\\*_~|`<\[\]]|^(?P<indent>[ \t]*)[>#+-]", re.MULTILINE)


class Part(NamedTuple):
    """Plain words that stand together, what they link to, and whether they stand out."""

    words: str
    url: str = ""
    bold: bool = False


Fits = Callable[[Sequence[Part]], bool]


def parts_of(message: ChannelMessage, fits: Fits) -> Sequence[Part]:
    """A message in parts, which each network marks up in its own way.

    A digest whose parts do not fit loses its descriptions, then its form.
    """
    if isinstance(message, Note):
        return list(filter(None, _of_note(message)))
    if not message.items:  # it was edited
        return [Part(message.text)]
    ways = ([*_of_digest(message, described=described)] for described in (True, False))
    return next(filter(fits, ways), [Part(message.text)])


def words_within(length: int) -> Fits:
    """Whether the words of all parts are so many UTF-16 units at most; markup does not count."""
    return lambda parts: sum(utf16_units(part.words) for part in parts) <= length


def _of_note(note: Note) -> Iterator[Part | None]:
    """A title that is the first line stands out; the link is one, however it ends."""
    title, text = note.title, note.text
    if title and text.startswith(f"{title}\n"):
        yield Part(title, bold=True)
        text = text.removeprefix(title)
    before, link, after = text.partition(note.url) if note.url else (text, "", "")
    yield Part(before) if before else None
    yield Part(link, link) if link else None
    yield Part(after) if after else None


def _of_digest(digest: Digest, *, described: bool) -> Iterator[Part]:
    yield Part(digest.title, digest.url, bold=True)
    for item in digest.items:
        yield Part("\n\n• ")
        yield Part(item.title, item.url)
        if described and item.description:
            yield Part(f"\n{item.description}")


def escaped(text: str) -> str:
    """Plain words in Markdown, shown as they are; addresses need no escapes."""

    def escape(found: re.Match[str]) -> str:
        indent = found["indent"] or ""
        return found[0] if found["link"] else f"{indent}\\{found[0][len(indent) :]}"

    return _MARKUP.sub(escape, text)


def markdown(parts: Sequence[Part]) -> str:
    """Parts as Markdown, in which their words stay as they were written."""
    return "".join(map(_marked_up, parts))


def _marked_up(part: Part) -> str:
    """Brackets around the address let anything stand in it, and show no card of it."""
    words = escaped(part.words)
    if part.url:
        label = escaped(part.words.replace("://", ":\u2060//"))  # an address is no label of a link
        words = f"[{label}](<{part.url.replace('>', '%3E')}>)"
    return f"**{words}**" if part.bold else words


class ChatAdapter(HttpAdapter[ChannelMessage, P]):
    """Posts notes and digests, each with one request, which carries the note's picture.

    A note whose picture the network refuses goes without it: the receipt says so.
    """

    kinds = (Note, Digest)

    @abstractmethod
    def post(self, message: ChannelMessage, key: str, picture: Picture | None) -> "Response":
        """Make the one request that publishes: `self.api.call(…, acts=True, …)`."""

    def current_limits(self) -> Limits | None:
        """A picture only where the channel wants one."""
        return self.limits and replace(self.limits, pictures=int(self.options.pictures))

    def send(self, message: ChannelMessage, key: str) -> Receipt:
        """Refuse what is surely too long, then post once, with the picture if it is taken."""
        picture, remark = self.picture_for(message)
        self.refuse_unfit(message, pictured=picture is not None)
        try:
            receipt = self.answered(self.post(message, key, picture), key)
        except Rejected as error:
            if picture is None or isinstance(error, Doubtful):
                raise
            receipt = self.answered(self.post(message, key, None), key)
            remark = without("picture", error)
        return replace(receipt, remark=remark)

    def refuse_unfit(self, message: ChannelMessage, *, pictured: bool = False) -> None:
        """Say no to what the network surely refuses."""
        limits, is_digest = self.current_limits(), isinstance(message, Digest)
        if limits:
            limits = limits.for_digest() if is_digest else limits.for_text(pictured=pictured)
        self.refuse_longer(message, limits)

    def picture_for(self, message: ChannelMessage) -> tuple[Picture | None, str]:
        """The picture that goes with `message`, and what to remark on one that does not."""
        if not isinstance(message, Note) or message.picture is None or not self.options.pictures:
            return None, ""
        caption = self.limits and self.limits.for_text(pictured=True)
        if excess := caption and caption.excess(message.text, message.content_warning):
            return None, f"without its picture, beside which the text {excess}"
        return message.picture, ""
