"""The named blocks of config.yaml: channels, newsletters, announcements."""

from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, field_validator

from publisher.adapters.base import Adapter, Settings
from publisher.config.options.site import Section
from publisher.config.options.values import (
    Duration,
    Hours,
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


class Named(Section):
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


class WarmUp(Section):
    """How a new sender becomes known: few emails a day at first, then more and more."""

    start: Quota = Field(description="The first day's quota: `200 a day`.")
    double_every: Duration = Field(
        default=timedelta(days=1), gt=timedelta(0), description="How often it doubles."
    )


def _warm_up(value: Any) -> Any:
    """A quota alone is its start."""
    return {"start": value} if isinstance(value, str) else value


class Channel(Named):
    """One destination: the options every adapter shares, and `settings`, the adapter's own."""

    adapter: Line = Field(
        description="The network or mail service: `folder`, `smtp`, `mastodon`, `x`, or the dotted "
        "name of another module."
    )
    on_unknown: Literal["hold", "resend"] = Field(
        default="hold",
        description="What to do with a message whose outcome is unknown: `hold` waits for `publish "
        "resolve`, `resend` risks a duplicate.",
    )
    quota: Quota | None = Field(
        default=None, description="Maximum number of messages in a period, such as `12 a day`."
    )
    min_interval: Duration = Field(
        default=timedelta(0), description="Minimum time between two messages."
    )
    rate: Rate | None = Field(
        default=None,
        description="Sending rate: `14 a second`, `1000 an hour`. Messages are spread evenly, a "
        "second's worth at a time.",
    )
    per_domain: PerDomain = Field(
        default={},
        description='The rate for each recipient domain, as in `{gmail.com: 20 a second, "*": 5 a '
        'second}`; `"*"` is every other domain, each on its own.',
    )
    per_sender: PerSender = Field(
        default={},
        description="The rate for each sender address, as in `{news@gazette.example: 14 a "
        "second}`; a single rate applies to every sender on its own.",
    )
    warm_up: Annotated[WarmUp | None, BeforeValidator(_warm_up)] = Field(
        default=None,
        description="Start with a few messages a day and double: `200 a day`, or `{start: 200 a "
        "day, double_every: 2 days}`. It ends where `rate` or `quota` is lower.",
    )
    quiet_hours: Hours | None = Field(
        default=None,
        description="Quiet hours: nothing is sent. In the site's time zone: `22:00-07:00`.",
    )
    retry_for: Duration = Field(
        default=timedelta(hours=48),
        gt=timedelta(0),
        description="How long to retry a message that its network cannot accept now.",
    )
    template: PartName | Literal[""] = Field(
        default="", description="The template of notes: `note` is `templates/note.txt.j2`."
    )
    lead: Literal["auto", "title", "description", "both"] = Field(
        default="auto",
        description="What a note begins with: the post's `title`, its `description`, or `both`, "
        "the title first. `auto`: the description where the network shows the title in a card of "
        "the link, both where it does not.",
    )
    hashtags: Annotated[int, Field(ge=0, le=30)] = Field(
        default=0, description="How many hashtags a note gets, from the post's categories."
    )
    utm_option: Utm = Field(
        default=False,
        alias="utm",
        description="Parameters added to links: `true` adds `utm_source` with the channel's name; "
        "a block such as `{source: letter, medium: email}` names them.",
    )

    _settings: Settings = PrivateAttr(default_factory=Settings)
    _adapter_class: type[Adapter[Message]] = PrivateAttr()

    def complete(self, name: str, adapter: type[Adapter[Message]], settings: Settings) -> Self:
        """The same under `name`, with its adapter and the adapter's own options."""
        channel = self._with_defaults(settings.channel_defaults()).named(name)
        channel._adapter_class = adapter  # noqa: SLF001 - of its own class
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


class Scheduled(Named):
    """What newsletters and announcements share: when, and which posts count."""

    schedule: Schedule = Field(
        default=Rule(),
        description="When to send: `every day at 07:00`, `weekdays at 09:00, 17:30`, `every 4 "
        "hours`, `cron 0 7 * * mon-fri`; `manual` means only with `publish now`.",
    )
    max_lateness: Duration = Field(
        default=timedelta(hours=6),
        description="How late a slot may still be sent after downtime.",
    )
    fill: bool = Field(
        default=False,
        description="Fill places that new posts leave free with posts that were skipped before.",
    )
    ignore: Names = Field(default=("latest",), description="Categories to ignore.")
    max_age_option: Duration | None = Field(
        default=None,
        alias="max_age",
        description="Older posts are left out, unless they are dated since the last slot. Empty: 7 "
        "days in newsletters, 2 in announcements, or twice the longest gap between two slots.",
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

    channel: Line = Field(description="The channel that sends it, by its name above.")
    sender: Mailbox = Field(description="The sender: `The Example Gazette <news@gazette.example>`.")
    reply_to: Mailbox | Literal[""] = Field(
        default="", description="Where replies go, if not to the sender."
    )
    subject: Line = Field(
        default="",
        description="The subject, as a line of Jinja such as `{{ lead[0].title }}`. Empty: the "
        "first story's title.",
    )
    template: PartName = Field(
        default="digest", description="`digest` is `templates/digest.mjml.j2`."
    )
    show: Shown = Field(
        default=(),
        description="What a story shows below its title, where the post has it: `author`, `date`, "
        "or `[author, date]`.",
    )
    featured: Count = Field(default=1, description="Number of lead stories.")
    latest: Count = Field(default=8, description="Number of latest posts after them.")
    per_category: Least | None = Field(
        default=2,
        description="At most this many of the latest in one category while others wait; `null`: no "
        "limit.",
    )
    sections: Names = Field(
        default=(), description="Categories that get a section of their own, in this order."
    )
    per_section: Least = Field(default=3, description="Number of posts in each section.")
    min_posts: Count = Field(
        default=1,
        validate_default=True,
        description="Skip the edition if fewer posts are available.",
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
            raise ValueError("no room is left for any post, raise latest")
        if least > places:
            raise ValueError(f"{least} posts are wanted, but there is room for {places}, lower it")
        return least

    @property
    def sender_domain(self) -> str:
        """The domain of the sender."""
        return self.sender.rpartition("@")[2].removesuffix(">").lower()


class Announcement(Scheduled):
    """Which posts go to which social channels, and when."""

    usual_age = timedelta(days=2)

    channels: Annotated[Names, Field(min_length=1)] = Field(
        description="The channels to post on, by their names above."
    )
    pick: Literal["featured", "latest"] = Field(
        default="featured",
        description="`featured`: the best featured posts first; `latest`: the newest.",
    )
    per_slot: Least = Field(default=1, description="Number of posts per slot.")
