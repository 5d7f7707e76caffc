"""A picture that a network will not take never takes its note down with it."""

import json
import time
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from publisher.adapters.base import option
from publisher.adapters.http.notes import HttpSettings, NoteAdapter, Posting
from publisher.errors import AuthExpired, DeliveryError, RateLimited, Rejected, Unavailable
from publisher.model.messages import Later, Limits, Note, Picture, Receipt

if TYPE_CHECKING:
    from requests import Response

MOST_NOTES = 100
_ABOUT_CONTENT = ("HTTP 400", "HTTP 422")


class PictureSettings(HttpSettings):
    """What a network needs that may attach a post's picture."""

    pictures: bool = option("Attach the post's picture, with its alternative text.", default=False)


P = TypeVar("P", bound=PictureSettings)
V = TypeVar("V")


@dataclass(slots=True)
class _Upload:
    """Since when the picture of a note is tried, and its id at the network if it has one."""

    since: float = field(default_factory=time.time)
    media: str = ""


class AttachesPictures(NoteAdapter[P]):
    """Uploads a note's picture first, which publishes nothing by itself, and attaches it.

    What the network will not do with the picture leaves the note without it: the receipt says so.
    What went up in an earlier attempt is used again; this is kept in memory, unless a step does.
    `patience` is for how many seconds the network may fail over one picture before the note goes
    without it.
    """

    patience = 600.0

    def __init__(self, settings: P, *, name: str) -> None:
        super().__init__(settings, name=name)
        self._uploads: dict[str, _Upload] = {}

    @abstractmethod
    def upload(self, picture: Picture, key: str) -> str:
        """Upload `picture`, and give the id that `self.uploaded(…)` reads and remembers."""

    def picture_of(self, message: Note) -> Picture | None:
        """What goes up before a note: its picture, if the channel wants one."""
        return message.picture if self.options.pictures else None

    def describe(self, media: str, words: str) -> None:
        """Give an uploaded picture its alternative text, where `upload` has not done so."""

    def still_there(self, media: str) -> bool:  # noqa: ARG002 - for networks that drop pictures
        """Whether what went up in an earlier attempt can be attached."""
        return True

    def blames_picture(self, error: DeliveryError, key: str) -> bool:
        """Whether `error`, which a note with a picture met, may be the picture's fault."""
        if isinstance(error, Rejected):
            return error.status in _ABOUT_CONTENT
        waits = isinstance(error, Unavailable) and not isinstance(error, AuthExpired)
        return waits and self._goes_without(error, key)

    def current_limits(self) -> Limits | None:
        """A picture only where the channel wants one."""
        return self.limits and replace(self.limits, pictures=int(self.options.pictures))

    def send(self, message: Note, key: str) -> Receipt:
        """Post once, with the picture if the channel wants it and the network takes it."""
        self.refuse_unfit(message)
        media, remark = self._media(self.picture_of(message), key)
        try:
            receipt = self.posted(Posting(message, key, media))
        except DeliveryError as error:
            if not media or not self.blames_picture(error, key):
                raise
            receipt, remark = self.posted(Posting(message, key)), without("picture", error)
        self._uploads.pop(key, None)
        return replace(receipt, remark=remark)

    def uploaded(self, key: str, response: "Response", *path: str) -> str:
        """The id of what was uploaded, along `path` in the answer, remembered for `key`."""
        self._upload_of(key).media = media = self.id_in(response, *path)
        return media

    def _media(self, picture: Picture | None, key: str) -> tuple[str, str]:
        """The id of a picture that went up ("": none did), and what to remark on."""
        if picture is None:
            return "", ""
        missing: Literal["picture", "picture's alternative text"] = "picture"
        media = ""
        try:
            known = self._upload_of(key).media
            media = known if known and self.still_there(known) else self.upload(picture, key)
            missing = "picture's alternative text"
            if picture.alt:
                self.describe(media, picture.alt)
        except DeliveryError as error:
            if not self._goes_without(error, key):
                raise
            return media, without(missing, error)
        return media, ""

    def _goes_without(self, error: DeliveryError, key: str) -> bool:
        """Whether the note is to go on its own after `error`, which its picture met.

        Not where the whole account waits: its note would meet the same.
        """
        if isinstance(error, AuthExpired):  # what is surely the account's, the note will meet too
            return error.status in (*_ABOUT_CONTENT, "HTTP 403")
        if isinstance(error, Unavailable) and not isinstance(error, RateLimited):
            waited = abs(time.time() - self._upload_of(key).since)  # a clock may be set back
            return bool(error.status) and waited > self.patience
        return isinstance(error, Rejected)

    def _upload_of(self, key: str) -> _Upload:
        if key not in self._uploads:
            remember(self._uploads, key, _Upload())
        return self._uploads[key]


class UnfinishedPicture(Unavailable):
    """The network still works on the picture, for `seconds` at least; surely nothing was posted."""

    def __init__(self, message: str, *, seconds: float = 0.0, **more: Any) -> None:
        super().__init__(message, **more)
        self.seconds = seconds


class Waited(NamedTuple):
    """A picture that is worked on, since when (seconds since 1970), and how often was asked."""

    media: str
    since: float
    times: int


class WaitsForPictures(AttachesPictures[P]):
    """Waits in steps where the network takes its time over a picture: `UnfinishedPicture`.

    The note waits `media_waits` seconds from one step to the next, the last of them until patience
    ends; each step ends with posting it.
    """

    media_waits: Sequence[float] = (0.5, 1.0, 2.0, 4.0, 15.0, 30.0, 60.0)

    def begin(self, note: Note, key: str, state: str) -> Receipt | Later:
        """Post the note; later where the network works on its picture, which publishes nothing.

        `state` is "", or of such a step, perhaps of another process.
        """
        times = 0
        if state:
            media, since, times = Waited(**json.loads(state))
            self._remember_upload(key, media, since)
        try:
            return AttachesPictures.send(self, note, key)
        except UnfinishedPicture as error:
            upload = self._upload_of(key)
            left = json.dumps(Waited(upload.media, upload.since, times + 1)._asdict())
            usual = self.media_waits[min(times, len(self.media_waits) - 1)]
            wait = timedelta(seconds=max(usual, error.seconds))
            return Later(left, datetime.now(UTC) + wait, str(error))

    def _remember_upload(self, key: str, media: str, since: float) -> None:
        upload = self._upload_of(key)
        upload.media, upload.since = media, since


def remember(kept: dict[str, V], key: str, value: V) -> None:
    """Keep something of the latest notes, and forget what is older."""
    while len(kept) >= MOST_NOTES:
        kept.pop(next(iter(kept)), None)
    kept[key] = value


def without(what: str, error: DeliveryError) -> str:
    """The remark on a note that went without its picture, or without what belongs to it."""
    return f"without its {what}: {error}"
