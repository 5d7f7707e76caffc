"""Pages served by a real uvicorn on a free port, for browsers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from publisher.config import load
from publisher.web.server import PageServer
from publisher.wiring import Publisher, build
from tests.adapters.smtp_server import free_port

CONFIG = """\
site:
  title: The Example Gazette
  url: "https://gazette.example"
  timezone: Europe/London
  language: {language}
  address: The Example Gazette, 12 Mill Lane, Ludlow SY8 1AA
content: {{folder: posts}}
channels:
  mail: {{adapter: folder, path: out}}
newsletters:
  daily:
    channel: mail
    sender: "Gazette <news@gazette.example>"
    archive: true
    title: "{title}"
    about: "{about}"
  weekend: {{channel: mail, sender: "Gazette <news@gazette.example>", archive: true}}
web: {{url: "http://127.0.0.1:{port}{prefix}", listen: "127.0.0.1:{port}", challenge: {challenge}}}
"""


@contextmanager
def served(
    folder: Path,
    *,
    language: str = "en-GB",
    title: str = "The Daily Digest",
    about: str = "What the bay talked about, every morning at seven.",
    prefix: str = "",
    challenge: bool = False,
    more: str = "",
) -> Iterator[tuple[Publisher, str]]:
    """A publisher, and the address of its pages."""
    (folder / "posts").mkdir(exist_ok=True)
    port = free_port()
    values = {"language": language, "title": title, "about": about, "prefix": prefix}
    text = CONFIG.format(port=port, challenge=str(challenge).lower(), **values)
    (folder / "config.yaml").write_text(text + more, encoding="utf-8")
    with (
        build(load(folder / "config.yaml", {}, sends=False)) as publisher,
        PageServer(publisher).beside(Event()),
    ):
        yield publisher, f"http://127.0.0.1:{port}"
