"""Where the pages of the archive stand, seen from one of them."""

from dataclasses import dataclass, replace
from typing import Self

from publisher.config import Config
from publisher.config.archive import files_address, pages_archive, static_archive


@dataclass(frozen=True, slots=True)
class Links:
    """Leads from a page to the others: `here` leads to the archive's first page and ends in `/`.

    `files` says whether they are files of a static site, where every page is a folder.
    """

    here: str
    files: bool = False

    @property
    def index(self) -> str:
        """The first page: the newsletters."""
        return self.here or "./"

    def newsletter(self, name: str, number: int = 1) -> str:
        """The editions of a newsletter, thirty on a page."""
        further = f"page/{number}/" if self.files else f"?page={number}"
        return f"{self.here}{name}/{further if number > 1 else ''}"

    def edition(self, name: str, slug: str) -> str:
        """An edition."""
        return f"{self.here}{name}/{slug}{'/' if self.files else ''}"

    def feed(self, name: str) -> str:
        """The Atom feed of a newsletter."""
        return f"{self.here}{name}/feed.xml"

    def from_depth(self, depth: int) -> Self:
        """The same from a file that lies so many folders below the first page."""
        return replace(self, here="../" * depth)


def served(config: Config) -> Links:
    """The pages that Publisher serves."""
    return Links(f"{pages_archive(config)}/")


def written(config: Config, address: str = "") -> Links:
    """The files, by the address that they have on the web."""
    return Links(f"{address or files_address(config)}/", files=True)


def canonical(config: Config) -> Links:
    """Where an edition is at home (RFC 6596): in the site, where it stands there too."""
    return written(config) if static_archive(config) else served(config)
