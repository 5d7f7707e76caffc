"""The pages of a small site, asked without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.config import load
from publisher.web.app import make_app
from publisher.wiring import Publisher, build
from tests.web.client import HOST, Client

CONFIG = f"""\
site: {{title: The Gazette, url: "https://gazette.example", timezone: Europe/London}}
content: {{folder: posts}}
channels:
  mail: {{adapter: folder, path: out}}
newsletters:
  daily: {{channel: mail, sender: "Gazette <news@gazette.example>", schedule: every day at 07:00,
    choices: {{topics: {{tv: Television, sports: Sports}}, languages: [en, de]}}}}
web: {{url: "https://{HOST}"}}
"""


@pytest.fixture
def config_text() -> str:
    """What config.yaml says but for the database; tests that need more have their own."""
    return CONFIG


@pytest.fixture
def publisher(tmp_path: Path, database_url: str, config_text: str) -> Iterator[Publisher]:
    (tmp_path / "posts").mkdir()
    text = f"{config_text}database: {database_url}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {}, sends=False)) as built:
        yield built


@pytest.fixture
def client(publisher: Publisher) -> Client:
    return Client(make_app(publisher))
