"""What the layers hand each other: Email, Note, Digest, Receipt; Parcel, Answer in bulk."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self


@dataclass(frozen=True, slots=True)
class Picture:
    """An image ready for a network: bytes, media type, and the text that stands in for it.

    `width` and `height` are in pixels; 0: nobody has looked. There are no bytes where the network
    fetches the picture from its address. `moving`: it is an animation.
    """

    content: bytes = field(repr=False)
    media_type: str
    alt: str
    width: int = 0
    height: int = 0
    moving: bool = False


@dataclass(frozen=True, slots=True)
class Email:
    """One email for one recipient; the adapter adds nothing but its envelope.

    `sender` is an RFC 5322 mailbox (`Name <a@b>`), `recipient` a bare address. `unsubscribe` is the
    URI of List-Unsubscribe (RFC 2369), https or mailto, `unsubscribe_too` another one; `one_click`
    adds RFC 8058's header. `list_id` is `Name <id.domain>` (RFC 2919). `mark` names the delivery
    in the Message-ID, and in the return address where it is the email's own; empty: the key does.
    """

    sender: str
    recipient: str
    recipient_name: str
    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)
    date: datetime
    list_id: str = ""
    unsubscribe: str = ""
    unsubscribe_too: str = ""
    one_click: bool = False
    reply_to: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One short text for one channel, already cut to fit.

    `url` is the post's link as it stands in `text` (empty where the network shows none), `link` the
    same for a card, wherever it stands, `language` a BCP 47 tag, `content_warning` the text before
    which the rest is folded away. `tags` are hashtags without their sign, `image` the public
    address of the post's picture, and `image_alt` the text that stands in for it; it is empty where
    the picture tells where it was taken. `thumbnail` is the picture of the link's card where the
    adapter makes the card itself. `created_at` is when the note was first tried: the same in every
    attempt. `thread` are the texts of further posts, each a reply to the one before, where `text`
    alone would be too long; `url` then stands in any of them.
    """

    text: str
    url: str = ""
    title: str = ""
    description: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    content_warning: str = ""
    picture: Picture | None = None
    link: str = ""
    image: str = ""
    image_alt: str = ""
    thumbnail: Picture | None = None
    created_at: datetime | None = None
    thread: tuple[str, ...] = ()

    def parts(self) -> "tuple[Note, ...]":
        """The posts that it makes, one after the other; its pictures go with the first.

        Each is made a second after the one before, for networks that sort by that.
        """
        if not self.thread:
            return (self,)
        first, *others = (self._part(number) for number in range(1 + len(self.thread)))
        return (first, *(replace(each, picture=None, thumbnail=None) for each in others))

    def whole(self) -> Self:
        """All of a thread in one post, for a network that makes no threads."""
        return replace(self, text="\n\n".join((self.text, *self.thread)), thread=())

    def _part(self, number: int) -> "Note":
        text = (self.text, *self.thread)[number]
        at = self.created_at and self.created_at + timedelta(seconds=number)
        whole = re.escape(self.url) + r"(?![\w/?#&=%-])"  # not the beginning of another one
        url = self.url if re.search(whole, text) else ""
        return replace(self, text=text, thread=(), url=url, created_at=at)

    def to_json(self) -> str:
        """The frozen form that a delivery keeps; pictures' bytes stand in base64."""
        values = asdict(self)
        del values["created_at"]
        if not self.thread:
            del values["thread"]
        for name in ("picture", "thumbnail"):
            if values[name] is not None:
                values[name]["content"] = b64encode(values[name]["content"]).decode("ascii")
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The note that `to_json` froze."""
        return cls.of_values(json.loads(text))

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        """The same from what was read of it already."""
        pictures = {name: _picture(values.get(name)) for name in ("picture", "thumbnail")}
        texts = {name: tuple(values.get(name, ())) for name in ("tags", "thread")}
        return cls(**{**values, **texts, **pictures})


def _picture(values: Mapping[str, Any] | None) -> Picture | None:
    if not values:
        return None
    return Picture(**{**values, "content": b64decode(values["content"])})


class DigestItem(NamedTuple):
    """A post in a digest for a channel: plain words and its link."""

    title: str
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """Several posts as one message for a whole channel.

    `text` is all of it in plain words, already cut to fit; a network with a richer form makes it of
    `title` and `items`, which are the posts that stand in `text`. `url` is where everybody can read
    the edition, if anywhere.
    """

    title: str
    text: str
    items: tuple[DigestItem, ...]
    url: str = ""
    language: str = ""
    created_at: datetime | None = None

    def to_json(self) -> str:
        """The frozen form that a delivery keeps."""
        values = asdict(self)
        del values["created_at"]
        return json.dumps({"kind": "digest", **values}, ensure_ascii=False)


ChannelMessage = Note | Digest
"""What goes to a whole channel, once."""

Message = Email | Note | Digest


def read_message(payload: str) -> ChannelMessage:
    """The message that `to_json` froze."""
    values = json.loads(payload)
    if values.pop("kind", "note") == "note":
        return Note.of_values(values)
    return Digest(**{**values, "items": tuple(DigestItem(*item) for item in values["items"])})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the network says of an arrived message: its id there and, where it has one, its URL.

    `remark` says in one line what of the message the network did not take. `handle` are small
    values that editing and deleting need besides the id.
    """

    remote_id: str
    remote_url: str = ""
    remark: str = ""
    handle: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Later:
    """A step is done, and another one follows: go on at `at` (None: at once) with `state`.

    `state` is JSON of the adapter's own, kept with the delivery; `what` says for people what is
    waited for. `posted` is what readers see already, where the message is several posts; None:
    nothing is published.
    """

    state: str
    at: datetime | None = None
    what: str = ""
    posted: Receipt | None = None


class Measure(NamedTuple):
    """A bound on a text, and how it is counted; `unit` is the word for people."""

    length: int
    count: Callable[[str], int]
    unit: str


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a network takes as a picture.

    `size` is in bytes, `pixels` width times height, `side` the longest side, `ratio` the longer
    side divided by the shorter one; 0: any. `moving` says that animations may stay, `animation`
    what these have to be where that differs, and `frames` how many pictures they have at most. With
    `required`, a note without a picture is refused; with `by_url`, the network fetches the picture
    from its public address, and Note.picture has no bytes.
    """

    size: int = 2_000_000
    pixels: int = 4_000_000
    side: int = 0
    ratio: float = 0.0
    formats: frozenset[str] = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
    moving: bool = False
    animation: "PictureLimits | None" = None
    frames: int = 0
    required: bool = False
    by_url: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a note may be on a network and how the network counts it; what pictures it takes.

    `count` maps a whole text to the network's own length, `unit` is the word for people. `also` are
    bounds that hold at the same time, such as bytes beside graphemes. `caption` holds in place of
    all this for a text with a picture, where the network has less room there, `digest` for a
    digest, where it has more. `pictures` and `alt` (characters) are 0 where the network takes none.
    `thumbnail` is for the picture of a link's card where the adapter makes the card itself (None:
    it does not). `posts` is how many posts a note may be, each within the limits.
    """

    length: int
    count: Callable[[str], int]
    unit: str = "characters"
    pictures: int = 0
    alt: int = 0
    also: tuple[Measure, ...] = ()
    caption: "Limits | None" = None
    digest: "Limits | None" = None
    picture: PictureLimits = PictureLimits()
    thumbnail: PictureLimits | None = None
    posts: int = 1

    def length_of(self, text: str, warning: str = "") -> int:
        """The network's length of a note; its content warning counts with it."""
        return _length(self.count, text, warning)

    def excess(self, text: str, warning: str = "") -> str:
        """How a note breaks a limit, for people; empty: it fits."""
        for length, count, unit in (Measure(self.length, self.count, self.unit), *self.also):
            found = _length(count, text, warning)
            if found > length:
                return f"counts {found} {unit}, {length} are allowed"
        return ""

    def for_text(self, *, pictured: bool) -> "Limits":
        """The limits of a text that goes with a picture, or without."""
        return self.caption if pictured and self.caption else self

    def for_digest(self) -> "Limits":
        """The limits of several posts in one message."""
        return self.digest or self


def _length(count: Callable[[str], int], text: str, warning: str) -> int:
    return count(text) + (count(warning) if warning else 0)


class Bodies(NamedTuple):
    """Text and HTML with merge fields: constant, name of a field, constant, name … constant."""

    text: Sequence[str]
    html: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class EmailTemplate:
    """What all emails of an edition share: one object, so that what is made of it can be kept.

    `shared` has no recipient and no bodies; its `unsubscribe` and `unsubscribe_too` are the starts
    of every link, which a parcel's token ends. `named` is for recipients with a name, `unnamed` for
    those without. `fields` are the names in them: who fills them in makes no other tokens.
    """

    shared: Email
    named: Bodies
    unnamed: Bodies
    fields: frozenset[str] = frozenset()


class Parcel(NamedTuple):
    """One email of many: its delivery's id and key, the template, and what is the recipient's own.

    `recipient` is an address as it is stored, perhaps invalid; `name` is one clean line or empty;
    `mark` is as in Email.
    """

    id: int
    key: str
    template: EmailTemplate
    recipient: str
    name: str
    token: str
    date: datetime
    confirm: str = ""
    mark: str = ""
    seen: str = ""

    @classmethod
    def single(cls, email: Email, key: str) -> Self:
        """The parcel of an email that has no merge fields."""
        bodies = Bodies([email.text], [email.html])
        template = EmailTemplate(email, bodies, bodies)
        name, to = email.recipient_name, email.recipient
        return cls(0, key, template, to, name, "", email.date, mark=email.mark)


class Answer(NamedTuple):
    """What became of a parcel: a receipt, an error, or neither: given back, surely untried.

    An error that is no DeliveryError is a bug of the adapter.
    """

    id: int
    receipt: Receipt | None = None
    error: Exception | None = None


Exchange = Callable[[Sequence[Answer], int], Sequence[Parcel] | None]
"""Hand over answers, and get at most so many new parcels.

The rows of all parcels are written down as sending before they are handed out. None says that no
more will come: finish what is in flight, hand over the last answers, return. An empty list says
that nothing is due at this moment: ask again within a second. It may block while the database is
written, and is never called twice at a time.
"""
