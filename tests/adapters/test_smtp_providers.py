"""What a provider publishes holds where config.yaml leaves an option out."""

from datetime import timedelta
from pathlib import Path

import pytest

from publisher.adapters.smtp import SmtpSettings
from publisher.config import Channel, load
from publisher.errors import ConfigurationError
from publisher.smtp.providers import Provider

DOCS = Path(__file__).parents[2] / "docs/reference/adapters/smtp.md"
CONFIG = """\
site: {{title: Gazette, url: https://gazette.example}}
content: {{folder: .}}
channels:
  mail: {{adapter: smtp, {options}}}
newsletters:
  daily: {{channel: mail, sender: news@gazette.example}}
"""


def channel(tmp_path: Path, options: str) -> Channel:
    (tmp_path / "config.yaml").write_text(CONFIG.format(options=options))
    return load(tmp_path / "config.yaml", {}).channels["mail"]


@pytest.mark.parametrize("provider", Provider)
def test_each_preset_makes_a_channel_and_is_documented(tmp_path: Path, provider: Provider) -> None:
    options = f"provider: {provider}" + ("" if provider.host else ", host: smtp.example")
    made = channel(tmp_path, options)
    assert isinstance(made.settings, SmtpSettings)
    assert made.settings.host == provider.host or not provider.host
    assert made.settings.connections == provider.connections
    assert (made.rate is None, made.quota is None) == (
        provider.rate is None,
        provider.quota is None,
    )
    (row,) = [line for line in DOCS.read_text().splitlines() if line.startswith(f"| `{provider}` ")]
    numbers = (provider.host, provider.connections, f"{provider.per_connection:,}", provider.rate)
    assert all(str(each) in row for each in (*numbers, provider.quota) if each)


def test_every_value_gives_way_to_its_own_option(tmp_path: Path) -> None:
    own = "host: relay.example, connections: 7, per_connection: 3, rate: 9 a second"
    made = channel(tmp_path, f"provider: gmail, {own}, quota: 50 an hour")
    assert isinstance(made.settings, SmtpSettings)
    settings = made.settings
    assert (settings.host, settings.connections, settings.per_connection) == ("relay.example", 7, 3)
    assert made.rate == (9, timedelta(seconds=1)) and made.quota == (50, timedelta(hours=1))


def test_what_no_preset_knows_stays_as_it_was_given(tmp_path: Path) -> None:
    made = channel(tmp_path, "provider: office365, min_interval: 2 seconds")
    assert made.min_interval == timedelta(seconds=2) and made.quota == (10_000, timedelta(days=1))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("provider: gmial", "config.yaml:4: channels.mail.provider: .*did you mean gmail"),
        ("provider: ses", "ses gives each customer a host: add host"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, options: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        channel(tmp_path, options)
