"""A DNS server on loopback that says what a test wants, right or wrong."""

import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.resolver import Resolver


class DnsServer:
    """Answers questions for TXT from `texts`; `says` holds whole datagrams for some names."""

    def __init__(self, texts: Mapping[str, Sequence[str]] | None = None) -> None:
        self.texts: dict[str, Sequence[str]] = dict(texts or {})
        self.says: dict[str, bytes | None] = {}
        self.failing: set[str] = set()
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._thread.join(5)
        self._socket.close()

    @property
    def resolver(self) -> Resolver:
        """One that asks here and nowhere else."""
        resolver = Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        resolver.timeout = 0.2
        return resolver

    def _serve(self) -> None:
        while self._open:
            with suppress(TimeoutError):
                question, client = self._socket.recvfrom(4096)
                answer = self._answer(question)
                if answer is not None:
                    self._socket.sendto(answer, client)

    def _answer(self, question: bytes) -> bytes | None:
        query = dns.message.from_wire(question)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if name in self.says:
            said = self.says[name]
            return said and question[:2] + said
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if name in self.failing:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif name in self.texts:
            rows = [_strings(text) for text in self.texts[name]]
            if rows:
                owner = query.question[0].name
                reply.answer.append(dns.rrset.from_text(owner, 60, "IN", "TXT", *rows))
        else:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


def _strings(text: str) -> str:
    """The text in strings of at most 255 bytes, as zone files have it."""
    parts = [text[at : at + 255] for at in range(0, len(text), 255)] or [""]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
