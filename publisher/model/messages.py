"""What the layers hand each other: Email, Note, Receipt, TextLimits; Parcel, Answer in bulk."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import NamedTuple, Self


@dataclass(frozen=True, slots=True)
class Picture:
    """An image ready for a network: bytes, media type, and the text that stands in for it."""

    content: bytes = field(repr=False)
    media_type: str
    alt: str


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

    `url` is the post's link as it stands in `text` (empty where the network shows none),
    `language` a BCP 47 tag, `content_warning` the text before which the rest is folded away.
    """

    text: str
    url: str = ""
    title: str = ""
    description: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    content_warning: str = ""
    picture: Picture | None = None

    def to_json(self) -> str:
        """The frozen form that a delivery keeps; a picture's bytes stand in base64."""
        values = asdict(self)
        if self.picture is not None:
            values["picture"]["content"] = b64encode(self.picture.content).decode("ascii")
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The note that `to_json` froze."""
        values = json.loads(text)
        picture = values.pop("picture", None)
        if picture is not None:
            picture = Picture(**{**picture, "content": b64decode(picture["content"])})
        return cls(**{**values, "tags": tuple(values["tags"]), "picture": picture})


Message = Email | Note


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the network says of an arrived message: its id there and, where it has one, its URL.

    `remark` says in one line what of the message the network did not take.
    """

    remote_id: str
    remote_url: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How long a note may be on a network and how the network counts it.

    `count` maps a whole text to the network's own length. `unit` is the word for people.
    `pictures` and `alt` (characters) are 0 where the network takes none.
    """

    length: int
    count: Callable[[str], int]
    unit: str = "characters"
    pictures: int = 0
    alt: int = 0

    def length_of(self, text: str, warning: str = "") -> int:
        """The network's length of a note; its content warning counts with it."""
        return self.count(text) + (self.count(warning) if warning else 0)


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
