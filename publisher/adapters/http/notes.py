"""What adapters that post notes over HTTP share; each adds its endpoint, limits and errors."""

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from pydantic import SecretStr

from publisher.adapters.base import Adapter, M, Settings, option
from publisher.adapters.http.api import Api
from publisher.adapters.http.failures import reason
from publisher.adapters.http.matching import by_their_clock, is_same_note
from publisher.adapters.http.options import BaseUrl, Seconds
from publisher.adapters.http.replies import dig, moment, network_id, read_json
from publisher.errors import DeliveryError, Reason, Rejected, Unavailable
from publisher.model.messages import Digest, Limits, Note, Receipt

if TYPE_CHECKING:
    from requests import Response

MOST_PAGES = 5


class HttpSettings(Settings):
    """What every network needs; `base_url` lets a test stand in for it."""

    base_url: BaseUrl = option("The network's address.")
    timeout: Seconds = option("Seconds to wait for an answer.", 30.0)

    def secrets(self) -> list[str]:
        """Each secret among the options; the Api cuts them out of every error."""
        values = vars(self).values()
        return [each.get_secret_value() for each in values if isinstance(each, SecretStr)]


S = TypeVar("S", bound=HttpSettings)


class Refusals(NamedTuple):
    """Refusals known by status and words (a regular expression, in any case); what to do then."""

    statuses: tuple[int, ...]
    words: str = ""
    advice: str = "fix the account or its secret"
    reason: Reason = Reason.UNSTATED

    def hold(self, status: int, words: str) -> bool:
        """Whether an answer is one of them."""
        return status in self.statuses and bool(re.search(self.words, words, re.IGNORECASE))


class Posting(NamedTuple):
    """A note to be posted, its delivery's key, and the id of its picture if one went up.

    `before` are the posts of a thread that it goes on, the first of them first.
    """

    message: Note
    key: str
    media: str = ""
    before: Sequence[Receipt] = ()


class HttpAdapter(Adapter[M], Generic[M, S]):
    """An account that posts over HTTP, through `self.api`, as `self.options` say.

    `account_refusals` pause the channel, `note_refusals` reject the message; any other refusal is
    what its status says. `result` are the keys of an answer below which the message stands,
    `retry_after` those below which a 429 gives the seconds to wait, in addition to its headers,
    `problem` those below which a refusal has its words, where that is no usual place.
    """

    account_refusals: ClassVar[Sequence[Refusals]] = ()
    note_refusals: ClassVar[Sequence[Refusals]] = ()
    result: ClassVar[Sequence[str]] = ()
    retry_after: ClassVar[Sequence[str]] = ()
    problem: ClassVar[Sequence[str]] = ()

    def __init__(self, settings: S, *, name: str) -> None:
        self.options = settings
        self.name = name
        self.api = Api(
            self.base_url(settings),
            name=name,
            timeout=settings.timeout,
            headers=self.headers,
            secrets=self.secrets,
            explain=self.explain,
            retry_after=self.retry_after,
            status_within=self.status_within,
        )
        self.api.problem = self.problem
        self.api.renew = self.how_to_renew() or self.api.renew

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.api.host!r})"

    def base_url(self, settings: S) -> str:
        """What every path stands below."""
        return settings.base_url

    def stands_at(self) -> str:
        """See Adapter.stands_at."""
        return self.api.host

    def headers(self) -> Mapping[str, str]:
        """What goes with every request."""
        return {}

    def secrets(self) -> Sequence[str]:
        """What must show nowhere, now."""
        return self.options.secrets()

    def version(self) -> int:
        """Which secret it speaks with now, counted from when there was none; it may change."""
        return 0

    def how_to_renew(self) -> str:
        """What a person does about a refused token; empty: the usual."""
        return ""

    @abstractmethod
    def receipt(self, shown: object) -> Receipt | None:
        """The receipt of a message as the network shows it (any JSON); None if it shows no id."""

    def status_within(self, response: "Response") -> int | None:  # noqa: ARG002 - for who has any
        """The status that an error inside an answer of 2xx stands for; None: it is a success."""
        return None

    def answered(self, response: "Response", key: str = "") -> Receipt:  # noqa: ARG002 - for who gets no id
        """The receipt in the answer to what publishes; a success that shows no id may be one."""
        receipt = self.receipt(dig(read_json(response), *self.result))
        if receipt is None:
            raise self.api.unreadable(response, acts=True)
        return receipt

    def refuse_longer(self, message: Note | Digest, limits: Limits | None) -> None:
        """Say no before the network would, by the limits that hold for every account."""
        warning = message.content_warning if isinstance(message, Note) else ""
        if excess := limits and limits.excess(message.text, warning):
            what = type(message).__name__.lower()
            raise Rejected(f"the {what} {excess} on {type(self).__name__.strip('_')}")

    def id_in(self, response: "Response", *path: str) -> str:
        """The id along `path` in an answer that publishes nothing."""
        found = network_id(dig(read_json(response), *path))
        if not found:
            raise self.api.unreadable(response)
        return found

    def list_in(self, response: "Response", *path: str) -> list[Any]:
        """The list along `path` in an answer that publishes nothing; any JSON may stand in it."""
        found = dig(read_json(response), *path)
        if not isinstance(found, list):
            raise self.api.unreadable(response)
        return found

    def explain(self, response: "Response") -> DeliveryError | None:
        """What a refusal means where its status alone does not say; None: what its status says."""
        status, problem = response.status_code, read_json(response)
        kinds = [str(dig(problem, word) or "") for word in ("type", "title", "reason", "errcode")]
        words = " ".join(filter(None, (*kinds, reason(response, *self.problem))))
        for refusals in self.account_refusals:
            if refusals.hold(status, words):
                return self.api.account_refused(response, refusals.advice)
        for refusals in self.note_refusals:
            if refusals.hold(status, words):
                return self.api.error(Rejected, response, reason=refusals.reason)
        return None


class NoteAdapter(HttpAdapter[Note, S]):
    """An account that posts notes, each with one request."""

    kinds = (Note,)

    @abstractmethod
    def post(self, posting: Posting) -> "Response":
        """Make the one request that publishes: `self.api.call(…, acts=True, …)`."""

    def send(self, message: Note, key: str) -> Receipt:
        """Refuse what is surely too long, then post."""
        self.refuse_unfit(message)
        return self.posted(Posting(message, key))

    def refuse_unfit(self, message: Note) -> None:
        """Say no to what the network surely refuses."""
        pictured = message.picture is not None
        self.refuse_longer(message, self.limits and self.limits.for_text(pictured=pictured))

    def posted(self, posting: Posting) -> Receipt:
        """Post, and read the receipt."""
        return self.answered(self.post(posting))


class Page(NamedTuple):
    """Some of the account's notes as an answer shows them, and where older ones begin ("": end)."""

    response: "Response"
    notes: Sequence[object]
    older: str


class FindsPosts(HttpAdapter[M, S]):
    """Finds a message whose answer was lost among those that the network lists, newest first."""

    _account: tuple[object, str] = (None, "")

    @abstractmethod
    def ask_account(self) -> str:
        """Ask the network for the account's id."""

    @abstractmethod
    def page(self, since: datetime, older: str) -> Page:
        """The newest messages, or from where `older` says; those before `since` may be left out."""

    @abstractmethod
    def matches(self, shown: object, key: str, message: M) -> bool:
        """Whether what is shown (any JSON) is `message`, sent under `key`."""

    @property
    def account(self) -> str:
        """The account's id, which is asked for once: some networks charge for the question.

        It is asked for anew after another secret was stored, which may be another account's.
        """
        version = self.version()
        if not self._account[1] or self._account[0] != version:
            self._account = (version, self.ask_account())
        return self._account[1]

    def posted_at(self, shown: object) -> datetime | None:
        """When it was posted, as the network shows it."""
        return moment(dig(shown, "created_at"))

    def page_until_last(self, response: "Response") -> Page:
        """A page that is a list, before whose last id the older ones begin."""
        notes = self.list_in(response)
        last = network_id(dig(notes[-1], "id")) if notes else ""
        if notes and not last:
            raise self.api.unreadable(response)
        return Page(response, notes, last)

    def find(self, key: str, message: M, since: datetime) -> Receipt | None:
        """Look for `message` among what was posted since `since`, by the network's clock."""
        return self.find_where(lambda shown: self.matches(shown, key, message), since)

    def find_where(self, is_it: Callable[[object], bool], since: datetime) -> Receipt | None:
        """The same for what `is_it` says of what is shown (any JSON)."""
        for shown, earliest in self._shown(since):
            if not is_it(shown):
                continue
            created, receipt = self.posted_at(shown), self.receipt(shown)
            if created is None or receipt is None:
                raise Unavailable(f"{self.api.host}: shows the note, but not when it was posted")
            if created >= earliest:
                return receipt
        return None

    def _shown(self, since: datetime) -> Iterator[tuple[object, datetime]]:
        """Each message, and the earliest time that one posted at `since` may bear."""
        older = ""
        for _ in range(MOST_PAGES):
            response, notes, older = self.page(since, older)
            earliest = by_their_clock(since, response)
            yield from ((shown, earliest) for shown in notes)
            created = self.posted_at(notes[-1]) if notes else None
            if not older or (created and created < earliest):
                return
        raise Unavailable(f"{self.api.host}: too many notes since then to be sure")


class FindsOwnNotes(FindsPosts[Note, S], NoteAdapter[S]):
    """Finds a note whose answer was lost among those that the account shows."""

    @abstractmethod
    def content(self, shown: object) -> tuple[str, Sequence[object]] | None:
        """The plain text and the links of a note as it is shown; None if it is not the account's.

        `shown` may be any JSON.
        """

    def matches(self, shown: object, key: str, message: Note) -> bool:
        """By its link and its words."""
        del key  # none of these networks shows it
        content = self.content(shown)
        return content is not None and is_same_note(message, *content)
