"""EmailAdapterSuite: what holds for every adapter that takes emails."""
# ruff: noqa: S101 - a test suite asserts

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from publisher.adapters.base import Adapter
from publisher.errors import Rejected
from publisher.model.messages import Email
from publisher.testing.network import MailNetwork
from publisher.testing.suite import KEY, AdapterSuite


class EmailAdapterSuite(AdapterSuite):
    """What holds for every adapter that takes emails; its network is a MailNetwork."""

    def message(self) -> Email:
        """One edition for one reader."""
        return Email(
            sender="The Example Gazette <news@gazette.example>",
            recipient="ann@reader.example",
            recipient_name="Ann Reader",
            subject="The bridge is open again",
            html="<p>The bridge is <b>open</b> again.</p>",
            text="The bridge is open again.\n",
            date=datetime(2026, 3, 1, 7, 0, tzinfo=UTC),
            list_id="Daily <daily.gazette.example>",
            unsubscribe="https://letters.gazette.example/unsubscribe/" + "t" * 120,
            one_click=True,
        )

    def other(self) -> Email:
        """The same edition for another reader."""
        return replace(self.message(), recipient="bob@reader.example", recipient_name="Bob")

    def sent(self, channel: Adapter[Any], network: MailNetwork, email: Email) -> EmailMessage:
        """What arrived when `email` was sent, read as a reader's program reads it."""
        channel.send(email, KEY)
        raw = network.emails[-1]
        assert max(map(len, raw.splitlines())) <= 998  # noqa: PLR2004 - RFC 5322 section 2.1.1
        return message_from_bytes(raw, policy=policy.default)

    def test_it_takes_emails(self) -> None:
        """`kinds` names Email."""
        assert Email in self.adapter.kinds

    def test_headers_arrive_whole(self, channel: Adapter[Any], network: MailNetwork) -> None:
        """What receivers of bulk email ask for is there and not encoded."""
        email = self.message()
        mail = self.sent(channel, network, email)
        assert mail["List-Unsubscribe"] == f"<{email.unsubscribe}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-Id"] == email.list_id
        assert mail["Auto-Submitted"] == "auto-generated"
        assert KEY in mail["Message-ID"]
        assert mail["Date"].datetime == email.date

    def test_both_parts_arrive_as_written(
        self, channel: Adapter[Any], network: MailNetwork
    ) -> None:
        """Text first, HTML last, any characters, however long the lines."""
        text, html = "Žluťoučký kůň 🐎\n.\nFrom here\n", "<p>" + "ü" * 3000 + "</p>\n"
        mail = self.sent(channel, network, replace(self.message(), text=text, html=html))
        parts = [part for part in mail.walk() if not part.is_multipart()]
        assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
        contents = [part.get_content().replace("\r\n", "\n") for part in parts]
        assert contents == [text, html]

    @pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x0b", "\x85"])
    def test_no_text_becomes_a_header(
        self, channel: Adapter[Any], network: MailNetwork, breaker: str
    ) -> None:
        """A subject or a name with a line break stays a subject or a name."""
        evil = f"Hi{breaker}Bcc: eve@evil.example{breaker}{breaker}<p>"
        email = replace(self.message(), subject=evil, recipient_name=evil)
        mail = self.sent(channel, network, email)
        assert mail["Bcc"] is None
        assert mail["Subject"].startswith("Hi") and mail["Subject"].isprintable()  # noqa: PT018
        assert mail["To"].addresses[0].addr_spec == email.recipient

    @pytest.mark.parametrize("address", ["a@b.example\r\nBcc: e@evil.example", "a b@c.example", ""])
    def test_a_hostile_address_is_rejected(
        self, channel: Adapter[Any], network: MailNetwork, address: str
    ) -> None:
        """Nothing is sent to what is no address."""
        with pytest.raises(Rejected):
            channel.send(replace(self.message(), recipient=address), KEY)
        assert network.arrived == 0

    def test_threads_share_it(self, channel: Adapter[Any], network: MailNetwork) -> None:
        """Dispatch sends from several threads at once."""
        keys = [f"{number:032x}" for number in range(24)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda key: channel.send(self.message(), key), keys))
        emails = [message_from_bytes(raw, policy=policy.default) for raw in network.emails]
        assert sorted(email["Message-ID"].split("@")[0].strip("<") for email in emails) == keys
