"""The blocks of config.yaml that occur once: site, content, runner, web, brand, notify."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from publisher.adapters.base import option
from publisher.adapters.http.options import Token, Webhook
from publisher.config.options.values import (
    Asked,
    Colour,
    DateFormat,
    Duration,
    Endpoint,
    FeedAddress,
    FieldKeys,
    FontStack,
    GeneratorName,
    Language,
    Line,
    Listen,
    Mailbox,
    Networks,
    Origins,
    PartName,
    Quota,
    SecureAddress,
    Urls,
    WebAddress,
    ZoneName,
)
from publisher.content.addresses import rules_of
from publisher.content.source import Rule


class Block(BaseModel):
    """A block of config.yaml: an unknown option in it is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Block):
    """The site that people read."""

    title: Line = option("The site's name.", min_length=1)
    url: WebAddress = option("The site's address; posts' URLs begin with it.")
    timezone: ZoneName = option("Time zone of dates that name none, and of every schedule.", "UTC")
    language: Language = option(
        "Language (BCP 47) of what readers see, and of posts that name none.", "en"
    )
    description: str = option("One line below the title of a digest.", "")
    address: str = option("Postal address for the footer of each email, as many laws require.", "")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that name none, and of every schedule."""
        return ZoneInfo(self.timezone)

    def kept_language(self, tag: str) -> str:
        """What is stored of a reader's language: nothing where it is the site's own."""
        return "" if tag.casefold() == self.language.casefold() else tag


class FieldNames(Block):
    """The keys of a site's own front matter, for each field one or several."""

    title: FieldKeys = option("Title.", ())
    description: FieldKeys = option("Description.", ())
    date: FieldKeys = option("Date.", ())
    updated: FieldKeys = option("Date of the last change.", ())
    expires: FieldKeys = option("Date from which it is no longer sent.", ())
    image: FieldKeys = option("Picture.", ())
    image_alt: FieldKeys = option("Text of the picture.", ())
    author: FieldKeys = option("Author or authors.", ())
    categories: FieldKeys = option("Categories.", ())
    tags: FieldKeys = option("Tags.", ())
    featured: FieldKeys = option("Marks lead stories.", ())
    weight: FieldKeys = option("Order of lead stories, smaller first.", ())
    draft: FieldKeys = option("Keeps the post back if it says yes.", ())
    published: FieldKeys = option("Keeps the post back if it says no.", ())
    status: FieldKeys = option(
        "Keeps the post back if it says `draft`, `private` and the like.", ()
    )
    language: FieldKeys = option("Language.", ())
    address: FieldKeys = option("The post's own address, where its generator reads one.", ())
    link: FieldKeys = option("The page of another site that a link post is about.", ())

    @property
    def keys(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Those that are given, under the names that publisher.content knows them by."""
        inside = {"draft": "hidden", "published": "shown", "status": "state"}
        return tuple((inside.get(name, name), keys) for name, keys in self if keys)


class Content(Block):
    """A source of posts: where they are and how their addresses are made; paths are absolute."""

    name: PartName = option(
        "The source's name, which `from` in newsletters and announcements means.", "posts"
    )
    folder: Path | None = option("Folder of posts. Every source has this or `feed`.", None)
    feed: FeedAddress | Literal[""] = option(
        "Address of an RSS, Atom or JSON feed, for a site without a folder at hand.", ""
    )
    site: Path | None = option(
        "The site's own folder, in which its settings stand. Empty: the folder of config.yaml.",
        None,
    )
    language: Language | Literal[""] = option(
        "Language of posts that name none, where it is not the site's.", ""
    )
    generator: GeneratorName = option("Static site generator whose rules make the URLs.", "jigsaw")
    path: Line = option(
        "Pattern of a post's URL, in the generator's own syntax, such as `/articles/{-title}`. "
        "Empty: the generator's default.",
        "",
    )
    urls: Urls = option(
        "Who makes the addresses: `generator`; a pattern such as `/blog/:year/:slug/`, where a "
        "post has none of its own; or a list, the first that gives one counts: `generator`, "
        "`own`, patterns, and `folder: pattern` for the posts in a folder.",
        "generator",
    )
    sitemap: Line = option(
        "Where the rule `sitemap` looks addresses up: a sitemap, a feed or a list of addresses; a "
        "file or a web address.",
        "",
    )
    strip_file_date: bool = option(
        "Drop `2026-05-11-` from file names before making URLs.", default=False
    )
    date_format: DateFormat = option(
        "Date format, such as `%d.%m.%Y`, where the known formats fail; `%s` is Unix seconds.", ""
    )
    fields: FieldNames | None = option(
        "The keys of your front matter where they have other names, as in `{date: postDate, image: "
        "[hero.src, cover]}`.",
        None,
    )
    excerpt: Literal["paragraph", "more", "none"] = option(
        "What stands in for a missing description: the first `paragraph`; `more`: all before "
        "`<!-- more -->`, else the first paragraph; or `none`.",
        "paragraph",
    )
    links: Literal["own", "other"] = option(
        "What emails and notes link to where a post is about another site's page (`external_url`, "
        "`link`): the post's `own` page or the `other` one.",
        "own",
    )
    first_seen: Literal["index", "git"] = option(
        "Who says when a post came: Publisher's `index`, or for what was there when it first read "
        "the folder `git`, so that a machine with an empty database knows what is new.",
        "index",
    )
    live_check: bool = option(
        "Look for a post's page first: the post counts once the page is there, or once it is "
        "older than `min_age`.",
        default=False,
    )
    min_age: Duration = option(
        "Minimum age of a post, to give the site time to be built.", timedelta(0)
    )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """`urls` as rules, each with the folder that it is for."""
        if isinstance(self.urls, str):
            return rules_of(self.urls)
        pairs = [each if isinstance(each, dict) else {"": each} for each in self.urls]
        return tuple(Rule(folder, text) for pair in pairs for folder, text in pair.items())


class Runner(Block):
    """What makes time pass in `publish run`; a single word in its place is its `kind`."""

    kind: Literal["embedded", "cluster"] = option(
        "`embedded`: one process is enough; `cluster`: any number of processes share the work of "
        "one PostgreSQL database.",
        "embedded",
    )
    rows_per_job: Annotated[int, Field(ge=10, le=100_000)] = option(
        "With `cluster`: how many messages a job sends.", 5_000
    )


class Web(Block):
    """Publisher's public pages."""

    url: SecureAddress | None = option(
        "Where readers reach Publisher's pages; set it only if `publish web` serves them there.",
        None,
    )
    endpoint: Endpoint | None = option(
        "A page of your own by which readers leave; the token of each is added to its end.",
        None,
    )
    listen: Listen = option(
        "Where `publish web` listens: `HOST:PORT`, `unix:/PATH` or `systemd` (a socket that "
        "systemd hands over).",
        "127.0.0.1:8025",
    )
    proxies: Networks = option(
        "Addresses or networks of the proxies whose `X-Forwarded-For` is believed.",
        ("127.0.0.1", "::1"),
    )
    origins: Origins = option(
        "Further sites whose scripts may call the JSON API; `site.url` and `url` may anyway.", ()
    )
    ask: Asked = option(
        "What the form asks for beside the address: `name`; with one newsletter also `topics`, "
        "`cadence`.",
        ("name",),
    )
    challenge: bool = option(
        "Whether forms need a proof of work, which takes a browser about a second and asks nobody "
        "else; where no script runs, one waits some seconds.",
        default=False,
    )
    rate: Quota = option(
        "How many forms one IP address may send; its network ten times as many.",
        "30 an hour",
        validate_default=True,
    )
    metrics: Token | None = option(
        "The token with which Prometheus may ask for `/metrics`; without it there is no such page.",
        None,
    )


class Notify(Block):
    """Who is notified, once, of a paused channel, a failed slot, and unknown outcomes."""

    email: Mailbox | Literal[""] = option("Address to notify.", "")
    channel: Line = option("Channel that sends that email, by its name.", "")
    sender: Mailbox | Literal[""] = option(
        "Sender of that email, if not a newsletter's sender.", ""
    )
    webhook: Webhook | None = option(
        "Address that gets a JSON object by POST; best as `${NAME}`, because most contain a "
        "secret.",
        None,
    )


class Brand(Block):
    """The digest's look; what is left out, `publisher.rendering.brand.Brand` decides."""

    accent: Colour | None = option("Links, labels and buttons.", None)
    background: Colour | None = option("Around the email.", None)
    surface: Colour | None = option("Background of the email itself.", None)
    text: Colour | None = option("Titles and text.", None)
    muted: Colour | None = option("Dates and small print.", None)
    dark_accent: Colour | None = option("`accent` in dark mode.", None)
    dark_background: Colour | None = option("`background` in dark mode.", None)
    dark_surface: Colour | None = option("`surface` in dark mode.", None)
    dark_text: Colour | None = option("`text` in dark mode.", None)
    dark_muted: Colour | None = option("`muted` in dark mode.", None)
    font: FontStack | None = option("Font names, the best one first.", None)
    logo: WebAddress | None = option("The address of a picture in place of the title.", None)
    logo_dark: WebAddress | None = option("The logo in dark mode.", None)
    radius: Annotated[int, Field(ge=0, le=40)] | None = option(
        "How round corners are, in pixels.", None
    )
