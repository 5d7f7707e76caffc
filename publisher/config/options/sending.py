"""The named blocks of config.yaml: channels, newsletters, announcements."""

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator

from publisher.adapters.base import Adapter, Settings, option
from publisher.config.options.choices import Offer
from publisher.config.options.site import Block
from publisher.config.options.values import (
    Duration,
    Hours,
    Languages,
    Line,
    Mailbox,
    Names,
    PartName,
    PerDomain,
    PerSender,
    Quota,
    Rate,
    Schedule,
    Shown,
    Utm,
)
from publisher.dkim.options import SigningKey
from publisher.model.messages import Message
from publisher.schedule import Rule, longest_gap

Count = Annotated[int, Field(ge=0, le=1000)]
Least = Annotated[int, Field(ge=1, le=1000)]


class Named(Block):
    """A block under a name of its author's choice."""

    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """Its name in config.yaml."""
        return self._name

    def named(self, name: str) -> Self:
        """The same under `name`."""
        named = self.model_copy()
        named._name = name  # noqa: SLF001 - of its own class
        return named


class WarmUp(Block):
    """How a new sender becomes known: few emails a day at first, then more and more."""

    start: Quota = option("The first day's quota: `200 a day`.")
    double_every: Duration = option("How often it doubles.", timedelta(days=1), gt=timedelta(0))

    @property
    def is_off(self) -> bool:
        """Whether the channel sends as it may from its first day on."""
        return self.start[0] >= _NO_LIMIT


_NO_LIMIT = 999_999_999


def _warm_up(value: Any) -> Any:
    """A quota alone is its start; `false` is one without a limit."""
    if value is False or (isinstance(value, str) and value.strip().casefold() in {"false", "off"}):
        value = f"{_NO_LIMIT} a day"
    return {"start": value} if isinstance(value, str) else value


class Channel(Named):
    """One destination: the options every adapter shares, and `settings`, the adapter's own."""

    adapter: Line = option(
        "The network or mail service: `folder`, `smtp`, `mastodon`, `bluesky`, `x`, or the "
        "dotted name of another module."
    )
    on_unknown: Literal["hold", "resend"] = option(
        "What to do with a message whose outcome is unknown: `hold` waits for `publish resolve`, "
        "`resend` risks a duplicate.",
        "hold",
    )
    quota: Quota | None = option(
        "Maximum number of messages in a period, such as `12 a day`.", None
    )
    min_interval: Duration = option("Minimum time between two messages.", timedelta(0))
    rate: Rate | None = option(
        "Sending rate: `14 a second`, `1000 an hour`. Messages are spread evenly, a second's "
        "worth at a time.",
        None,
    )
    per_domain: PerDomain = option(
        'The rate for each recipient domain, as in `{gmail.com: 20 a second, "*": 5 a second}`; '
        '`"*"` is every other domain, each on its own.',
        {},
    )
    per_sender: PerSender = option(
        "The rate for each sender address, as in `{news@gazette.example: 14 a second}`; a single "
        "rate applies to every sender on its own.",
        {},
    )
    warm_up: Annotated[WarmUp | None, BeforeValidator(_warm_up)] = option(
        "Start with a few messages a day and double: `200 a day`, or `{start: 200 a day, "
        "double_every: 2 days}`. It ends where `rate` or `quota` is lower. Empty: a channel that "
        "has sent nothing yet starts with 500 a day after 5,000 readers or more were imported "
        "from another tool; `false`: never.",
        None,
    )
    quiet_hours: Hours | None = option(
        "Quiet hours: nothing is sent. In the site's time zone: `22:00-07:00`.", None
    )
    jitter: Duration = option(
        "Post a planned note up to so much later, a different time for each, such as `10 minutes`. "
        "`publish now` does not wait.",
        timedelta(0),
        ge=timedelta(0),
        le=timedelta(hours=12),
    )
    retry_for: Duration = option(
        "How long to retry a message that its network cannot accept now.",
        timedelta(hours=48),
        gt=timedelta(0),
    )
    template: PartName | Literal[""] = option(
        "The template of notes, in place of the announcement's: `note` is `templates/note.txt.j2`.",
        "",
    )
    lead: Literal["auto", "title", "description", "both"] = option(
        "What a note begins with: the post's `title`, its `description`, or `both`, the title "
        "first. `auto`: the description where the network shows the title in a card of the link, "
        "both where it does not.",
        "auto",
    )
    hashtags: Annotated[int, Field(ge=0, le=30)] = option(
        "How many hashtags a note gets, from the post's categories.", 0
    )
    utm_option: Utm = option(
        "Parameters added to links: `true` adds `utm_source` with the channel's name; a block "
        "such as `{source: letter, medium: email}` names them.",
        default=False,
        alias="utm",
    )

    _settings: Settings = PrivateAttr(default_factory=Settings)
    _adapter_class: type[Adapter[Message]] = PrivateAttr()

    def complete(self, name: str, adapter: type[Adapter[Message]], settings: Settings) -> Self:
        """The same under `name`, with its adapter and the adapter's own options."""
        channel = self._with_defaults(settings.channel_defaults()).named(name)
        channel._adapter_class = adapter.variant(settings)  # noqa: SLF001 - of its own class
        channel._settings = settings  # noqa: SLF001 - of its own class
        return channel

    def _with_defaults(self, values: dict[str, str]) -> Self:
        """The same, with the adapter's values where config.yaml has none."""
        left_out = {
            name: text for name, text in values.items() if name not in self.model_fields_set
        }
        if not left_out:
            return self
        given = {name: getattr(self, name) for name in self.model_fields_set}
        parsed = type(self).model_validate({"adapter": self.adapter, **left_out})
        return self.model_copy(update={name: getattr(parsed, name) for name in left_out} | given)

    @property
    def settings(self) -> Settings:
        """The adapter's own options."""
        return self._settings

    @property
    def adapter_class(self) -> type[Adapter[Message]]:
        """The code that sends here; `adapter_class(settings, name=name)` makes one."""
        return self._adapter_class

    @property
    def signing_keys(self) -> tuple[SigningKey, ...]:
        """The keys that sign its emails; none where its adapter signs nothing."""
        keys = getattr(self._settings, "dkim", ())
        return keys if isinstance(keys, tuple) else ()

    @property
    def utm(self) -> dict[str, str]:
        """The query parameters that links get on this channel, by their full names."""
        if isinstance(self.utm_option, bool):
            return {"utm_source": self.name} if self.utm_option else {}
        return dict(self.utm_option)


class Marks(Block):
    """What posts are chosen by: one of the values of each mark that is given."""

    tags: Names = option("Tags.", ())
    categories: Names = option("Categories.", ())
    authors: Names = option("Authors, by their names.", ())
    languages: Languages = option("Languages: `fr` is every kind of French, `fr-CA` is one.", ())
    paths: Names = option(
        "Files or folders, as `publish posts` shows them; `*` is any text, `**/` any folders.", ()
    )


class Scheduled(Named):
    """What newsletters and announcements share: when, and which posts count."""

    schedule: Schedule = option(
        "When to send: `every day at 07:00`, `weekdays at 09:00, 17:30`, `every 4 hours`, `cron "
        "0 7 * * mon-fri`; `manual` means only with `publish now`.",
        Rule(),
    )
    max_lateness: Duration = option(
        "How late a slot may still be sent after downtime.", timedelta(hours=6)
    )
    fill: bool = option(
        "Fill places that new posts leave free with posts that were skipped before.", default=False
    )
    ignore: Names = option("Categories to ignore.", ("latest",))
    sources: Names = option(
        "Only posts of these sources, by their names in `content`. Empty: of all.",
        (),
        alias="from",
    )
    only: Marks | None = option(
        "Only posts that have these `tags`, `categories`, `authors`, `languages`, `paths`: one of "
        "each that is given, as in `{tags: [release]}`.",
        None,
    )
    without: Marks | None = option(
        "No posts that have any of these, written as in `only`.", None, alias="except"
    )
    max_age_option: Duration | None = option(
        "Older posts are left out, unless they are dated since the last slot. Empty: 7 days in "
        "newsletters, 2 in announcements, or twice the longest gap between two slots.",
        None,
        alias="max_age",
    )
    usual_age: ClassVar[timedelta]

    @property
    def rule(self) -> Rule | None:
        """The schedule; None: only by `publish now`."""
        return None if self.schedule == Rule() else self.schedule

    @property
    def max_age(self) -> timedelta:
        """From which age on a post is left out, unless it is dated since the last slot."""
        given = self.max_age_option
        return max(self.usual_age, 2 * self.gap) if given is None else given

    @property
    def gap(self) -> timedelta:
        """The longest time between two slots; none where the schedule is manual."""
        return longest_gap(self.rule) if self.rule else timedelta(0)


class Newsletter(Scheduled):
    """A recurring digest: sender, schedule, channel, and how its posts are chosen."""

    usual_age = timedelta(days=7)

    channel: Line = option("The channel that sends it, by its name above.")
    title: Line = option("Its name as readers see it on pages. Empty: its name here.", "")
    about: Line = option("A sentence about it, for readers who think of subscribing.", "")
    archive: Literal["noindex"] | bool = option(
        "Whether everybody may read on the web what was sent: `true`, or `noindex` to keep it out "
        "of search engines. Not by itself: a newsletter may be private.",
        default=False,
    )
    count: bool = option(
        "Count how often an edition and its links are opened, for all readers together. Emails say "
        "so in their footer. It needs Publisher's pages (`web.url`).",
        default=False,
    )
    ask_silent: Duration | None = option(
        "Ask readers who have opened nothing for so long, such as `365 days`, whether they still "
        "want it. With `count` only: it keeps the month in which each last opened something.",
        None,
        gt=timedelta(days=30),
    )
    drop_silent: Duration | None = option(
        "Unsubscribe those who do not answer that within this time, such as `30 days`. Empty: they "
        "stay.",
        None,
        gt=timedelta(days=1),
    )
    sender: Mailbox = option("The sender: `The Example Gazette <news@gazette.example>`.")
    reply_to: Mailbox | Literal[""] = option("Where replies go, if not to the sender.", "")
    subject: Line = option(
        "The subject, as a line of Jinja such as `{{ lead[0].title }}`. Empty: the first story's "
        "title.",
        "",
    )
    template: PartName = option("`digest` is `templates/digest.mjml.j2`.", "digest")
    show: Shown = option(
        "What a story shows below its title, where the post has it: `author`, `date`, or "
        "`[author, date]`.",
        (),
    )
    featured: Count = option("Number of lead stories.", 1)
    latest: Count = option("Number of latest posts after them.", 8)
    per_category: Least | None = option(
        "At most this many of the latest in one category while others wait; `null`: no limit.", 2
    )
    sections: Names = option("Categories that get a section of their own, in this order.", ())
    per_section: Least = option("Number of posts in each section.", 3)
    min_posts: Count = option(
        "Skip the edition if fewer posts are available.", 1, validate_default=True
    )
    choices: Offer | None = option(
        "What readers may choose for themselves, see below; left out: all but the language.", None
    )

    @field_validator("min_posts")
    @classmethod
    def _fits(cls, least: int, info: ValidationInfo) -> int:
        """Whether the numbers leave room for so many posts, where each of them is valid itself."""
        names = ("featured", "latest", "per_section", "sections")
        numbers = [info.data[name] for name in names if name in info.data]
        if len(numbers) < len(names):
            return least
        featured, latest, per_section, sections = numbers
        places = featured + latest + per_section * len(sections)
        if not places:
            raise ValueError("no room is left for any post; raise latest")
        if least > places:
            raise ValueError(f"{least} posts are wanted, but there is room for {places}; lower it")
        return least

    @property
    def offer(self) -> Offer:
        """What readers may choose."""
        return self.choices or Offer()

    @property
    def sender_domain(self) -> str:
        """The domain of the sender."""
        return self.sender.rpartition("@")[2].removesuffix(">").lower()


class Announcement(Scheduled):
    """Which posts go to which social channels, and when."""

    usual_age = timedelta(days=2)

    channels: Annotated[Names, Field(min_length=1)] = option(
        "The channels to post on, by their names above."
    )
    pick: Literal["featured", "latest"] = option(
        "`featured`: the best featured posts first; `latest`: the newest.", "featured"
    )
    as_option: Literal["notes", "digest"] = option(
        "`notes`: a note per post; `digest`: all posts of a slot as one message, on channels that "
        "take one.",
        "notes",
        alias="as",
    )
    per_slot_option: Least | None = option(
        "Number of posts per slot. Empty: 1, or 10 in a digest.", None, alias="per_slot"
    )
    template: PartName | Literal[""] = option(
        "The template of its notes; one that a channel has counts more. Empty: `note`.", ""
    )

    @property
    def is_digest(self) -> bool:
        """Whether all posts of a slot go out as one message."""
        return self.as_option == "digest"

    @property
    def per_slot(self) -> int:
        """The most posts of a slot."""
        return self.per_slot_option or (10 if self.is_digest else 1)
