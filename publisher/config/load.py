"""config.yaml becomes a `Config`, or a list of everything that is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path as FilePath
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from publisher.config.cross_checks import (
    References,
    misaligned,
    shared_names,
    template,
    uncountable,
)
from publisher.config.mistakes import Mistake, Path, closest, near
from publisher.config.options.archive import Archive
from publisher.config.options.channels import ChannelReading, read_channel
from publisher.config.options.forms import Forms, unknown_newsletters
from publisher.config.options.mailbox import Bounces, Mailbox
from publisher.config.options.sending import Announcement, Channel, Newsletter, Scheduled
from publisher.config.options.site import Block, Brand, Content, Notify, Runner, Site, Web
from publisher.config.options.syndication import Syndication
from publisher.config.options.values import (
    DEFAULT_DATABASE,
    LOOPBACK,
    database_problem,
    name_problem,
    placed,
)
from publisher.config.own_words import Words, mistakes_in_words
from publisher.config.source.secrets import Secrets
from publisher.config.source.tree import Tree, read_tree
from publisher.config.sources import WANTED_FOLDER, folder_problem, same_names, without_place
from publisher.config.validate import read_section
from publisher.durations import spell
from publisher.errors import ConfigurationError, Problem

SectionType = TypeVar("SectionType", bound=Block)
ScheduledType = TypeVar("ScheduledType", bound=Scheduled)


@dataclass(frozen=True, slots=True)
class Config:
    """One config.yaml, checked.

    `file` is the path as it was given, `folder` its absolute folder, against which paths are read;
    `database` is an SQLAlchemy URL whose relative SQLite path is meant from `folder`. `warnings`
    are what works but should be otherwise; `absent` is what the environment lacks for sending.
    """

    file: FilePath
    folder: FilePath
    site: Site
    content: tuple[Content, ...]
    database: SecretStr
    runner: Runner
    channels: Mapping[str, Channel]
    newsletters: Mapping[str, Newsletter]
    announcements: Mapping[str, Announcement]
    web: Web
    brand: Brand
    archive: Archive = field(default_factory=Archive)
    syndication: Syndication = field(default_factory=Syndication)
    words: Words = field(default_factory=dict)
    notify: Notify | None = None
    mailbox: Mailbox | None = None
    bounces: Bounces = field(default_factory=Bounces)
    forms: Forms = field(default_factory=Forms)
    warnings: tuple[Problem, ...] = ()
    absent: tuple[Problem, ...] = ()

    @property
    def templates(self) -> FilePath:
        """The folder of the site's own templates; it need not exist."""
        return self.folder / "templates"

    @property
    def live_check(self) -> bool:
        """Whether a post counts only once its page is there."""
        return any(each.live_check for each in self.content)

    @property
    def min_age(self) -> timedelta:
        """The minimum age of a post, to give the site time to be built."""
        return max(each.min_age for each in self.content)


BLOCKS = {each.name for each in fields(Config)} - {"file", "folder", "warnings", "absent"}


def load(path: FilePath, environ: Mapping[str, str], *, sends: bool = True) -> Config:
    """Read and check the configuration at `path`.

    Args:
        path: the file; problems name it as it is given here.
        environ: where `${NAME}` is looked up, and `NAME_FILE` for a file that holds the value.
        sends: whether anything is to be sent; else what channels lack of it is no mistake, but
            listed in `Config.absent`.

    Raises:
        ConfigurationError: with every mistake at once, by line; none repeats a secret.
    """
    tree = read_tree(_read(path))
    loader = _Loader(path, tree, Secrets(environ, sends))
    config = loader.config() if tree.lines else None
    if loader.mistakes or config is None:
        raise ConfigurationError(loader.problems())
    return config


def _read(path: FilePath) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        hint = "`publish init` writes one" if isinstance(error, FileNotFoundError) else ""
        raise ConfigurationError([Problem(str(path), None, "", problem, hint)]) from None


class _Loader:
    """Reads block after block and goes on after each mistake."""

    def __init__(self, path: FilePath, tree: Tree, secrets: Secrets) -> None:
        self._path = path
        self._folder = path.absolute().parent
        self._templates = self._folder / "templates"
        self._tree = tree
        self._secrets = secrets
        self._raw: dict[str, Any] = secrets.fill(tree.root)
        self.mistakes: list[Mistake] = [*tree.mistakes, *secrets.mistakes]
        unknown = [key for key in self._raw if key not in BLOCKS and not key.startswith("x-")]
        self._add(*(Mistake((key,), "unknown option", near(key, BLOCKS)) for key in unknown))
        self._warnings: list[Mistake] = []

    def problems(self) -> list[Problem]:
        """Every mistake, one a place, by line."""
        mistaken = [mistake.path for mistake in self.mistakes]
        needed = [
            each
            for each in self._secrets.absent
            if any(path[: len(each.path)] == each.path for path in mistaken)
        ]
        return self._located([*needed, *self.mistakes])

    def _located(self, mistakes: Iterable[Mistake]) -> list[Problem]:
        first: dict[tuple[str, int | None], Problem] = {}
        for problem in map(self._problem, mistakes):
            first.setdefault((problem.where, problem.line), problem)
        return sorted(first.values(), key=lambda problem: problem.line or 0)

    def _problem(self, mistake: Mistake) -> Problem:
        safe = self._secrets.without_secrets(mistake)
        line = mistake.line or (self._tree.line(mistake.path) if mistake.path else None)
        return Problem(str(self._path), line, safe.where, safe.problem, safe.hint)

    def config(self) -> Config | None:
        """The whole, or None after mistakes."""
        site = self._block("site", Site, needed=True)
        self._warn_of_own_machine(site)
        content = self._content()
        channels = self._channels()
        references = References(
            {name: each.adapter for name, each in channels.items()}, self._source_names()
        )
        newsletters = self._newsletters(references)
        complete = {name: each.channel for name, each in channels.items() if each.channel}
        self._add(*misaligned(newsletters, complete))
        announcements = self._announcements(references)
        web = self._block("web", Web) or Web()
        self._add(*uncountable(newsletters, web))
        brand = self._block("brand", Brand) or Brand()
        self._add(*references.of_notify(self._raw))
        notify = self._block("notify", Notify)
        bounces = self._block("bounces", Bounces) or Bounces()
        words = self._words()
        archive = self._output("archive", Archive, "folder")
        mailbox = self._mailbox()
        forms = self._block("forms", Forms) or Forms()
        self._add(*unknown_newsletters(self._raw.get("forms"), newsletters))
        database = self._database()
        runner = self._runner(database.get_secret_value())
        if self.mistakes or site is None or not content:
            return None
        return Config(
            file=self._path,
            folder=self._folder,
            site=site,
            content=content,
            database=database,
            runner=runner or Runner(),
            channels=complete,
            newsletters=newsletters,
            announcements=announcements,
            web=web,
            brand=brand,
            words=words,
            archive=archive,
            syndication=self._output("syndication", Syndication, "file"),
            notify=notify,
            mailbox=mailbox,
            bounces=bounces,
            forms=forms,
            warnings=tuple(self._located(self._warnings)),
            absent=tuple(self._located(self._secrets.absent)),
        )

    def _add(self, *mistakes: Mistake) -> None:
        self.mistakes.extend(mistakes)

    def _block(
        self, name: str, model: type[SectionType], *, needed: bool = False
    ) -> SectionType | None:
        raw = self._raw.get(name)
        if raw is None:
            misspelt = {closest(key, BLOCKS) for key in self._raw if key not in BLOCKS}
            if needed and name not in misspelt:
                self._add(Mistake((name,), "is missing", f"add {name}: …", 1))
            return None
        section, mistakes = read_section(model, raw, (name,))
        self._add(*mistakes)
        return section

    def _content(self) -> tuple[Content, ...]:
        """The sources: a list of blocks, or one block."""
        raw = self._raw.get("content")
        if not isinstance(raw, list):
            content = self._block("content", Content, needed=True)
            return self._placed([(("content",), content, raw)])
        if not raw:
            self._add(Mistake(("content",), "names no source", "add one with folder: … or feed: …"))
        read: list[tuple[Path, Content | None, Any]] = []
        for number, each in enumerate(raw):
            source, mistakes = read_section(Content, each, ("content", number))
            self._add(*mistakes)
            read.append((("content", number), source, each))
        self._add(*same_names([(path, source) for path, source, _ in read if source]))
        return self._placed(read)

    def _source_names(self) -> list[str]:
        """The names of sources as they are written, of those with mistakes too."""
        raw = self._raw.get("content")
        written = raw if isinstance(raw, list) else [raw]
        default = Content.model_fields["name"].default
        return [str(each.get("name", default)) for each in written if isinstance(each, dict)]

    def _placed(self, read: list[tuple[Path, Content | None, Any]]) -> tuple[Content, ...]:
        """The sources with absolute paths; what stands there is looked at."""
        found = []
        for path, content, raw in read:
            places = {key: raw.get(key) for key in ("folder", "site")} if content else {}
            placed_at = {
                key: placed(self._folder, text)
                for key, text in places.items()
                if isinstance(text, str)
            }
            for key, place in placed_at.items():
                if problem := folder_problem(place, str(places[key])):
                    self._add(Mistake((*path, key), problem, WANTED_FOLDER[key]))
            if content:
                self._add(*without_place(path, content))
            found += [content.model_copy(update=placed_at)] if content else []
        return tuple(found)

    def _database(self) -> SecretStr:
        raw = self._raw.get("database", DEFAULT_DATABASE)
        problem, hint = database_problem(raw)
        if problem:
            self._add(Mistake(("database",), problem, hint))
        return SecretStr(str(raw))

    def _runner(self, database: str) -> Runner | None:
        raw = self._raw.get("runner", {})
        block = {"kind": raw} if isinstance(raw, str) else raw
        runner, mistakes = read_section(Runner, block, ("runner",))
        self._add(*mistakes)
        if runner and runner.kind == "cluster" and not database.startswith("postgresql"):
            hint = "write database: postgresql://user@host/name"
            self._add(Mistake(("runner",), "cluster needs a PostgreSQL database", hint))
        return runner

    def _output(self, name: str, model: type[SectionType], option: str) -> SectionType:
        """The block with the absolute path of what is written, which need not be there yet."""
        block = self._block(name, model) or model()
        path = getattr(block, option)
        return (
            block if path is None else block.model_copy(update={option: placed(self._folder, path)})
        )

    def _words(self) -> Words:
        raw = self._raw.get("words") or {}
        found = list(mistakes_in_words(raw, self._templates)) if raw else []
        self._add(*found)
        return {} if found else raw

    def _named(self, block: str) -> dict[str, Any]:
        """The entries of a block whose keys are names."""
        raw = self._raw.get(block)
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            self._add(Mistake((block,), "must be a mapping of names to blocks of options"))
            return {}
        for name in raw:
            if problem := name_problem(name):
                self._add(Mistake((block, name), problem))
        return raw

    def _channels(self) -> dict[str, ChannelReading]:
        entries = self._named("channels")
        found = {name: read_channel(name, raw, self._folder) for name, raw in entries.items()}
        for name, reading in found.items():
            self._add(*reading.mistakes)
            self._add(*template(("channels", name), entries[name], ".txt.j2", self._templates))
            self._warn_of_literal_secrets(reading)
        return found

    def _mailbox(self) -> Mailbox | None:
        """The mailbox; its file of certificates is meant from the folder of config.yaml."""
        mailbox = self._block("mailbox", Mailbox)
        if mailbox is None:
            return None
        self._warn_of_literal_secret(("mailbox", "password"), "MAILBOX_PASSWORD")
        file = mailbox.ca_file and placed(self._folder, mailbox.ca_file)
        return mailbox.model_copy(update={"ca_file": file})

    def _warn_of_literal_secrets(self, reading: ChannelReading) -> None:
        for path in reading.secrets:
            name = "_".join(map(str, path[1:])).replace("-", "_").upper()
            self._warn_of_literal_secret(path, name)

    def _warn_of_literal_secret(self, path: Path, name: str) -> None:
        """A secret that the file itself holds; `name` is what its variable might be called."""
        if path not in self._secrets.held:
            hint = f"export {name}=… and write ${{{name}}}"
            self._warnings.append(Mistake(path, "a secret is written in this file", hint))

    def _warn_of_own_machine(self, site: Site | None) -> None:
        """A generator's settings often name the address it serves while somebody writes."""
        if site is not None and urlsplit(site.url).hostname in LOOPBACK:
            text = "readers cannot follow links to your own machine"
            hint = "write the address that the site has on the web"
            self._warnings.append(Mistake(("site", "url"), text, hint))

    def _newsletters(self, references: References) -> dict[str, Newsletter]:
        entries = self._named("newsletters")
        for name, raw in entries.items():
            path = ("newsletters", name)
            self._add(*references.of_sources(path, raw))
            self._add(*references.of_newsletter(name, raw))
            self._add(*template(path, raw, ".mjml.j2", self._templates))
        return self._scheduled("newsletters", entries, Newsletter)

    def _announcements(self, references: References) -> dict[str, Announcement]:
        entries = self._named("announcements")
        for name, raw in entries.items():
            self._add(*references.of_announcement(name, raw))
            self._add(*references.of_sources(("announcements", name), raw))
        self._add(*shared_names(self._raw.get("newsletters"), entries))
        return self._scheduled("announcements", entries, Announcement)

    def _scheduled(
        self, block: str, entries: dict[str, Any], model: type[ScheduledType]
    ) -> dict[str, ScheduledType]:
        found = {}
        for name, raw in entries.items():
            section, mistakes = read_section(model, raw, (block, name))
            self._add(*mistakes)
            if section is not None:
                found[name] = section.named(name)
                self._warn_of_gaps(block, found[name])
        return found

    def _warn_of_gaps(self, block: str, wishes: Scheduled) -> None:
        """An edition a week and posts of two days: what is saved with an older date is left out."""
        age, gap = wishes.max_age, wishes.gap
        if age < gap:
            text = f"{spell(age)} is less than the {spell(gap)} between two slots"
            hint = "leave max_age out: its default follows the schedule"
            self._warnings.append(Mistake((block, wishes.name, "max_age"), text, hint))
