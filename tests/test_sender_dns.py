"""What DNS says of a sender, asked of a real server on loopback, which also lies."""

from base64 import b64encode
from collections.abc import Iterator, Sequence

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from publisher import sender_dns
from publisher.dkim.keys import Key, parse_key
from publisher.sender_dns import Finding, PublicKey, SenderDns, Silent
from tests.dns_server import DnsServer

DOMAIN = "news.gazette.net"
SEED = b64encode(b"0123456789abcdef0123456789abcdef").decode()
POLICY = "v=DMARC1; p=none"
FINE = {DOMAIN: ["v=spf1 ip4:192.0.2.1 -all"], f"_dmarc.{DOMAIN}": [POLICY]}


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer(FINE) as server:
        yield server


@pytest.fixture(scope="module")
def rsa_key() -> Key:
    private = rsa.generate_private_key(65537, 2048)
    content = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return parse_key(b64encode(content).decode())


@pytest.fixture
def key() -> Key:
    return parse_key(SEED)


def public(key: Key, domain: str = DOMAIN) -> PublicKey:
    return PublicKey("s1", domain, key.record, key.public)


def findings(server: DnsServer, *keys: PublicKey) -> list[Finding]:
    return list(SenderDns(server.resolver).findings(DOMAIN, keys))


def only(server: DnsServer, *keys: PublicKey) -> Finding:
    (finding,) = findings(server, *keys)
    return finding


def test_a_domain_in_order_has_no_findings(server: DnsServer) -> None:
    assert findings(server) == []


def test_a_bare_domain_lacks_both_records(server: DnsServer) -> None:
    server.texts = {DOMAIN: ["google-site-verification=x", "v=spf10 -all"]}
    first, second = findings(server)
    assert "no SPF record" in first.problem and not first.broken
    assert "no DMARC record" in second.problem and not second.broken
    assert f"_dmarc.{DOMAIN}: v=DMARC1; p=none" in second.hint


@pytest.mark.parametrize(
    ("records", "said", "broken"),
    [
        (["v=spf1 -all", "V=SPF1 ~all"], "2 SPF records", True),
        (["v=spf1 +all"], "lets everybody", False),
        (["v=spf1 mx all"], "lets everybody", False),
        (["v=spf1 ipv4:192.0.2.1 -all"], "a part that SPF does not know", True),
        (["v=spf1 \x1b[31m -all"], "a part that SPF does not know", True),
        (["v=spf1 " + "a:x.example " * 11 + "-all"], "more than 10 lookups", True),
        ([f"v=spf1 include:{DOMAIN} -all"], "more than 10 lookups", True),
        (["v=spf1 include:nowhere.example -all"], "includes a domain that has no SPF", True),
    ],
)
def test_what_is_wrong_with_spf(
    server: DnsServer,
    records: Sequence[str],
    said: str,
    broken: bool,  # noqa: FBT001  pytest's way
) -> None:
    server.texts[DOMAIN] = records
    finding = only(server)
    assert said in finding.problem and finding.broken is broken
    assert "\x1b" not in finding.problem + finding.hint


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1",
        "v=spf1 a mx a/24 a:x.example/24//64 ip6:2001:db8::/32 ?all",
        "v=spf1 include:deep.example redirect=deep.example",
        "v=spf1 exists:%{i}.x.example include:%{d}.x.example exp=why.example other=x ~all",
        "v=spf1  ip4:192.0.2.0/24   -all  ",
    ],
)
def test_spf_that_is_fine(server: DnsServer, record: str) -> None:
    server.texts |= {DOMAIN: [record], "deep.example": ["v=spf1 a a a a -all"]}
    assert findings(server) == []


def test_lookups_of_what_is_included_count(server: DnsServer) -> None:
    server.texts |= {"deep.example": ["v=spf1 a a a a a -all"]}
    server.texts[DOMAIN] = ["v=spf1 include:deep.example include:deep.example -all"]
    assert "more than 10 lookups" in only(server).problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "is not a DKIM record"),
        ("v=DKIM2; p=abc", "is not a DKIM record"),
        ("v=DKIM1; k=ed25519; p=", "is revoked"),
        ("p=abcd", "of another kind"),
        ("k=ed25519; h=sha1; p=abcd", "does not allow sha256"),
        ("k=ed25519; s=tlsrpt; p=abcd", "not meant for email"),
        ("k=ed25519; p=abcd", "is not the configured one"),
        ("k=ed25519; p=§§", "is not the configured one"),
    ],
)
def test_a_key_that_does_not_fit(server: DnsServer, key: Key, text: str, said: str) -> None:
    server.texts[f"s1._domainkey.{DOMAIN}"] = [text.replace("§", "?")]
    finding = only(server, public(key))
    assert said in finding.problem and finding.broken
    assert finding.hint == f"publish this TXT record at s1._domainkey.{DOMAIN}: {key.record}"


def test_a_key_that_is_not_there_or_twice(server: DnsServer, key: Key) -> None:
    finding = only(server, public(key))
    assert "there is no DKIM key" in finding.problem and finding.hint.endswith(key.record)
    server.texts[f"s1._domainkey.{DOMAIN}"] = [key.record, key.record + ";"]
    assert "2 TXT records" in only(server, public(key)).problem


def test_keys_that_fit(server: DnsServer, key: Key, rsa_key: Key) -> None:
    form = (Encoding.DER, PublicFormat.PKCS1)
    bare = b64encode(rsa_key.private.public_key().public_bytes(*form)).decode()
    for each, text in (
        (key, key.record),
        (key, f"k=ed25519; p={key.record[-44:]}; t=s; n=hello"),
        (rsa_key, rsa_key.record),
        (rsa_key, rsa_key.record.replace("k=rsa; ", "").replace("A", "A ")),
        (rsa_key, f"v=DKIM1; h=sha1:sha256; s=email; p={bare}"),
    ):
        server.texts[f"s1._domainkey.{DOMAIN}"] = [text]
        assert findings(server, public(each)) == []
    server.texts[f"s1._domainkey.{DOMAIN}"] = [key.record + "; t=y:s"]
    assert not only(server, public(key)).broken


def test_dmarc_above_the_domain_counts_but_no_top_level(server: DnsServer) -> None:
    del server.texts[f"_dmarc.{DOMAIN}"]
    server.texts["_dmarc.net"] = [POLICY]
    assert "no DMARC record" in only(server).problem
    assert "_dmarc.net" not in server.asked
    server.texts["_dmarc.gazette.net"] = [POLICY]
    assert findings(server) == []


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (["v=DMARC1; rua=mailto:x@y.example"], "no valid p="),
        (["v=DMARC1; p=perhaps"], "no valid p="),
        ([POLICY, "v=DMARC1; p=reject"], "2 DMARC records"),
        (["p=reject; v=DMARC1"], "no DMARC record"),
        (["v=dmarc1; p=reject"], "no DMARC record"),
    ],
)
def test_what_is_wrong_with_dmarc(server: DnsServer, records: Sequence[str], said: str) -> None:
    server.texts[f"_dmarc.{DOMAIN}"] = records
    finding = only(server)
    assert said in finding.problem and not finding.broken


def test_strict_alignment(server: DnsServer, key: Key) -> None:
    server.texts |= {f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject; adkim=s"]}
    server.texts |= {"s1._domainkey.gazette.net": [key.record]}
    assert "adkim=s" in only(server, public(key, "gazette.net")).problem
    server.texts |= {f"s1._domainkey.{DOMAIN}": [key.record]}
    assert findings(server, public(key, "gazette.net"), public(key)) == []


@pytest.mark.parametrize("said", [None, b"", b"\x80", b"\xff" * 600, bytes(range(7, 47))])
def test_no_answer_that_counts_is_silence(
    server: DnsServer, monkeypatch: pytest.MonkeyPatch, said: bytes | None
) -> None:
    monkeypatch.setattr(sender_dns, "PATIENCE", 0.3)
    server.says[DOMAIN] = said
    with pytest.raises(Silent):
        findings(server)


def test_a_failing_server_is_silence(server: DnsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_dns, "PATIENCE", 0.3)
    server.failing.add(f"_dmarc.{DOMAIN}")
    with pytest.raises(Silent):
        findings(server)
