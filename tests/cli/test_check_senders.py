"""`publish check` asks DNS about senders, here a server on loopback as this machine's resolver."""

from base64 import b64encode
from collections.abc import Iterator

import dns.resolver
import pytest

from publisher import sender_dns
from publisher.dkim.keys import parse_key
from tests.cli.conftest import CONFIG, Terminal
from tests.dns_server import DnsServer

DOMAIN = "news.gazette.net"
SEED = b64encode(b"0123456789abcdef0123456789abcdef").decode()
FINE = {DOMAIN: ["v=spf1 ip4:192.0.2.1 -all"], f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none"]}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    with DnsServer(FINE) as server:
        monkeypatch.setattr(dns.resolver, "default_resolver", server.resolver)
        monkeypatch.setattr(sender_dns, "PATIENCE", 0.3)
        yield server


def configure(site: Terminal, dkim: str = "", domain: str = DOMAIN) -> None:
    mail = f"{{adapter: smtp, host: 127.0.0.1, port: 1, security: none{dkim}}}"
    text = CONFIG.replace("{adapter: folder, path: out/mail}", mail)
    text = text.replace("news@gazette.example", f"news@{domain}")
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")


def test_risks_are_warnings_and_a_wrong_key_is_a_problem(
    site: Terminal,
    server: DnsServer,
) -> None:
    (site.folder / "key").write_text(SEED, encoding="ascii")
    configure(site, ", dkim: {selector: s1, key_file: key}")
    del server.texts[f"_dmarc.{DOMAIN}"]
    rows = site.json("check", code=1)
    found = {(row["where"], row["line"]) for row in rows}
    assert ("newsletters.daily.sender", 9) in found
    assert not any("web.url" in row["problem"] + row["hint"] for row in rows), "nothing serves it"
    assert any(parse_key(SEED).record in row["hint"] for row in rows)
    assert "2 problems" in site.run("check").stderr, "the server and the key"


def test_a_relay_that_signs_gets_no_problem_of_dns(
    site: Terminal,
    server: DnsServer,
) -> None:
    server.texts.clear()
    configure(site)
    done = site.run("check")
    assert "1 problem" in done.stderr, "the server cannot be reached"
    assert "no SPF" in done.stdout and "no DMARC" in done.stdout
    assert "DKIM" not in done.stdout


def test_silence_is_one_note(
    site: Terminal,
    server: DnsServer,
) -> None:
    server.says[DOMAIN] = None
    configure(site)
    done = site.run("check")
    assert "DNS gives no answer" in done.stderr
    assert "1 problem" in done.stderr


@pytest.mark.parametrize("domain", ["gazette.example", "example.com", "localhost"])
def test_reserved_names_are_not_asked_for(
    site: Terminal,
    server: DnsServer,
    domain: str,
) -> None:
    configure(site, domain=domain)
    site.run("check")
    assert server.asked == []


def test_offline_and_folders_ask_nothing(
    site: Terminal,
    server: DnsServer,
) -> None:
    assert site.run("check").returncode == 0
    configure(site)
    site.run("check", "--offline")
    assert server.asked == []


@pytest.mark.usefixtures("server")
def test_a_key_of_a_stranger_is_a_mistake_of_the_configuration(
    site: Terminal,
) -> None:
    dkim = ", dkim: {selector: s1, domain: other.net, key_file: key}"
    configure(site, dkim)
    (row,) = site.json("check", code=2)
    assert (row["where"], row["line"]) == ("newsletters.daily.sender", 9)
    assert "other.net" in row["problem"]
