"""What DNS says of a sender's domain: SPF (RFC 7208), DKIM keys (RFC 6376), DMARC (RFC 7489).

Answers are strangers' words: no part of one is ever shown.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dns.resolver import Resolver

PATIENCE = 4.0  # seconds for one question
MOST_LOOKUPS = 10  # RFC 7208 section 4.6.4
BULK = "Gmail, Yahoo and Microsoft want one from 5,000 emails a day"
_TERM = re.compile(r"([+?~-]?)([a-z][a-z0-9._-]*)(?:[:=](\S*)|(/\S*))?", re.IGNORECASE)
_MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
_ASKING = frozenset({"include", "a", "mx", "ptr", "exists"})
_DMARC = re.compile(r"\s*[vV]\s*=\s*DMARC1\s*(?:;|$)")
_SPKI = b"0"  # how a DER sequence begins
_RSA_HEAD = 24  # bytes of SubjectPublicKeyInfo before the bare RSA key of 2048 bits or more


class Silent(Exception):
    """No answer that counts: DNS cannot be reached, or fails for this name."""


class Finding(NamedTuple):
    """What receivers object to; `broken`: emails fail for it, else they are merely at risk."""

    problem: str
    hint: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What DNS should say of a key: at `name`, the TXT record `record` with the key `public`."""

    selector: str
    domain: str
    record: str
    public: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """Where the record belongs."""
        return f"{self.selector}._domainkey.{self.domain}"


class SenderDns:
    """Asks about domains, through this machine's resolver unless another is given."""

    def __init__(self, resolver: "Resolver | None" = None) -> None:
        self._resolver = resolver

    def findings(self, domain: str, keys: "tuple[PublicKey, ...]" = ()) -> Iterator[Finding]:
        """What is wrong with SPF, `keys` and DMARC for emails from `domain`; Silent if DNS is."""
        yield from self._spf(domain)
        for key in keys:
            yield from self._key(key)
        yield from self._dmarc(domain, keys)

    def texts(self, name: str) -> list[str]:
        """The TXT records at `name`, each joined from its strings; none where there is none.

        Raises:
            Silent: nobody answers, or the answer is an error.
        """
        import dns.exception
        import dns.resolver

        try:
            resolver = self._resolver or dns.resolver.get_default_resolver()
            answer = resolver.resolve(name, "TXT", lifetime=PATIENCE, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise Silent(type(error).__name__) from error
        return [b"".join(record.strings).decode("ascii", "replace") for record in answer]

    def _spf(self, domain: str) -> Iterator[Finding]:
        records = self._policies(domain)
        if not records:
            text = f"{domain} has no SPF record: {BULK}"
            yield Finding(text, "publish the one that your mail provider names")
            return
        if len(records) > 1:
            text = f"{domain} has {len(records)} SPF records, so none of them counts"
            yield Finding(text, "make one of them", broken=True)
            return
        if {"all", "+all"} & set(records[0].lower().split(" ")):
            text = f"the SPF record of {domain} lets everybody send in your name"
            yield Finding(text, "end it with -all or ~all, not +all")
        if problem := _Walk(self).problem(records[0]):
            text = f"the SPF record of {domain} {problem}, so it does not count"
            yield Finding(text, "fix or shorten it", broken=True)

    def _policies(self, domain: str) -> list[str]:
        found = [text for text in self.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
        return [text.rstrip(" ") for text in found]

    def _key(self, key: PublicKey) -> Iterator[Finding]:
        records = self.texts(key.name)
        right = f"publish this TXT record at {key.name}: {key.record}"
        if not records:
            yield Finding(f"there is no DKIM key at {key.name}", right, broken=True)
            return
        tags = _tags(records[0])
        if len(records) > 1:
            text = f"{key.name} has {len(records)} TXT records, so the key counts for nobody"
            yield Finding(text, f"keep only {key.record}", broken=True)
        elif problem := _misfit(tags, key):
            yield Finding(f"the DKIM key at {key.name} {problem}", right, broken=True)
        elif "y" in tags.get("t", "").split(":"):
            text = f"the DKIM key at {key.name} is marked as a test (t=y)"
            yield Finding(text, "take t=y out once emails are signed")

    def _dmarc(self, domain: str, keys: tuple[PublicKey, ...]) -> Iterator[Finding]:
        place, records = self._dmarc_records(domain)
        if not records:
            hint = f"publish a TXT record at _dmarc.{domain}: v=DMARC1; p=none"
            yield Finding(f"{domain} has no DMARC record: {BULK}", hint)
            return
        tags = _tags(records[0])
        if len(records) > 1:
            text = f"{place} has {len(records)} DMARC records, so none of them counts"
            yield Finding(text, "keep one of them")
        elif tags.get("p", "").lower() not in {"none", "quarantine", "reject"}:
            text = f"the DMARC record at {place} has no valid p="
            yield Finding(text, "add p=none, p=quarantine or p=reject")
        elif tags.get("adkim", "r").lower() == "s" and domain not in {each.domain for each in keys}:
            text = f"DMARC of {domain} asks for signatures of this very domain (adkim=s)"
            if keys:
                yield Finding(text, f"set dkim.domain to {domain}", broken=True)

    def _dmarc_records(self, domain: str) -> tuple[str, list[str]]:
        """The nearest records at the domain or above it, but at no top-level domain."""
        labels = domain.split(".")
        for count in range(len(labels), 1, -1):
            place = "_dmarc." + ".".join(labels[-count:])
            found = [text for text in self.texts(place) if _DMARC.match(text)]
            if found:
                return place, found
        return "", []


class _Walk:
    """Follows an SPF record through what it includes, as far as receivers would."""

    def __init__(self, dns: SenderDns) -> None:
        self._dns = dns
        self._lookups = 0

    def problem(self, record: str) -> str:
        """Why the record is a permanent error to receivers, or an empty text."""
        for word in record.split(" ")[1:]:
            term = _TERM.fullmatch(word) if word else None
            if word and (term is None or not _is_known(word, term)):
                return "has a part that SPF does not know"
            if term and (found := self._follow(term[2].lower(), term[3] or "")):
                return found
        return ""

    def _follow(self, name: str, target: str) -> str:
        if name not in _ASKING and name != "redirect":
            return ""
        self._lookups += 1
        if self._lookups > MOST_LOOKUPS:
            return f"needs more than {MOST_LOOKUPS} lookups"
        if name not in {"include", "redirect"} or "%" in target:
            return ""
        records = self._dns._policies(target)  # noqa: SLF001 - of its own module
        if len(records) != 1:
            return "includes a domain that has no SPF record, or several"
        return self.problem(records[0])


def _is_known(word: str, term: re.Match[str]) -> bool:
    """A mechanism, or a modifier, which is a name with = after it."""
    return term[2].lower() in _MECHANISMS or (not term[1] and f"{term[2]}=" in word)


def _tags(text: str) -> Mapping[str, str]:
    """`a=b; c=d` as a mapping; a tag that stands twice counts once."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}


def _misfit(tags: Mapping[str, str], key: PublicKey) -> str:
    """Why a signature of `key` fails against the record, or an empty text."""
    kind = _tags(key.record)["k"]
    if "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return "is not a DKIM record"
    if not tags["p"]:
        return "is revoked: its p= is empty"
    if tags.get("k", "rsa") != kind:
        return f"is of another kind than the configured one ({kind})"
    if "sha256" not in tags.get("h", "sha256").split(":"):
        return "does not allow sha256"
    if not {"*", "email"} & set(tags.get("s", "*").split(":")):
        return "is not meant for email (s=)"
    return "" if _same(tags["p"], key.public) else "is not the configured one"


def _same(text: str, public: bytes) -> bool:
    """The same key, an RSA key also without the frame that says that it is one."""
    try:
        published = b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return False
    bare = public[_RSA_HEAD:] if public.startswith(_SPKI) and len(public) > _RSA_HEAD else public
    return published in {public, bare}
