"""Config: all of config.yaml, checked and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from publisher.config.options.sending import Announcement, Channel, Newsletter
from publisher.config.options.site import Brand, Content, Notify, Runner, Site, Web
from publisher.errors import Problem


@dataclass(frozen=True, slots=True)
class Config:
    """One config.yaml, checked.

    `file` is the path as it was given, `folder` its absolute folder, against which paths are read;
    `database` is an SQLAlchemy URL whose relative SQLite path is meant from `folder`. `warnings`
    are what works but should be otherwise; `absent` is what the environment lacks for sending.
    """

    file: Path
    folder: Path
    site: Site
    content: Content
    database: SecretStr
    runner: Runner
    channels: Mapping[str, Channel]
    newsletters: Mapping[str, Newsletter]
    announcements: Mapping[str, Announcement]
    web: Web
    brand: Brand
    notify: Notify | None = None
    warnings: tuple[Problem, ...] = ()
    absent: tuple[Problem, ...] = ()

    @property
    def templates(self) -> Path:
        """The folder of the site's own templates; it need not exist."""
        return self.folder / "templates"
