"""Reports as servers write them, about a delivery that is named by its mark."""

from email.message import EmailMessage

ABOUT = "4217-0123456789"
HARD = "smtp; 550 5.1.1 <gone@remote.example>: Recipient address rejected: User unknown"
FULL = "smtp; 452 4.2.2 The mailbox is over its quota"


def dsn(
    about: str = ABOUT,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = HARD,
    *,
    to: str = "bounces@gazette.example",
    head: str = "Auto-Submitted: auto-replied",
) -> bytes:
    """A report by RFC 3464, with the headers of the email that is returned."""
    told = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return f"""\
Return-Path: <>
Delivered-To: {to}
Date: Mon, 2 Mar 2026 07:00:05 +0000
From: Mail Delivery System <MAILER-DAEMON@mx.remote.example>
Subject: Undelivered Mail Returned to Sender
To: {to}
{head}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="one/two"
Message-Id: <20260302070005.1@mx.remote.example>

A report.

--one/two
Content-Type: text/plain; charset=utf-8

Your email could not be delivered.

--one/two
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.remote.example
Arrival-Date: Mon, 2 Mar 2026 07:00:00 +0000

Final-Recipient: rfc822; gone@remote.example
Action: {action}
Status: {status}
{told}
--one/two
Content-Type: text/rfc822-headers

From: The Gazette <news@gazette.example>
To: gone@remote.example
Subject: Tides
Message-ID: <{about}@gazette.example>

--one/two--
""".replace("\n", "\r\n").encode()


def complaint(about: str = ABOUT, kind: str = "abuse") -> bytes:
    """A report by RFC 5965, in which the reader is not named."""
    return f"""\
From: <complaints@provider.example>
To: <bounces@gazette.example>
Subject: FW: Tides
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="cut"

--cut
Content-Type: text/plain

This is an abuse report.

--cut
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Provider/1.0
Version: 1

--cut
Content-Type: message/rfc822

From: The Gazette <news@gazette.example>
To: redacted@provider.example
Message-ID: <{about}@gazette.example>
Subject: Tides

The tide tables.

--cut--
""".replace("\n", "\r\n").encode()


def letter(subject: str = "Hello", body: str = "A letter.", **headers: str) -> bytes:
    """An email of a person."""
    message = EmailMessage()
    message["From"], message["To"] = "ann@reader.example", "bounces@gazette.example"
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


def away(about: str = ABOUT) -> bytes:
    """A vacation note, which answers one email."""
    answers = f"<{about}@gazette.example>"
    return letter("Out of office: Tides", In_Reply_To=answers, Auto_Submitted="auto-replied")
