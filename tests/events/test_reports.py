"""What reports say, in the forms that servers write them."""

import pytest

from publisher.events.mailbox.mail import Mail
from publisher.events.reports.classify import classify
from publisher.events.reports.marks import delivery_in
from publisher.events.reports.report import Said
from publisher.signing import Key, Purpose, Signer
from tests.events.emails import ABOUT, FULL, HARD, away, complaint, dsn, letter

SIGNER = Signer([Key("0001", "a secret of the tests, which is long enough")])
MARK = SIGNER.mark(Purpose.REPORT, "4217")
MARKED = f"4217-{MARK}"


def said(raw: bytes) -> Said | None:
    report = classify(Mail(raw))
    return report.said if report else None


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "expected"),
    [
        ("failed", "5.1.1", HARD, Said.HARD),
        ("failed", "5.1.1", "", Said.HARD),
        ("Failed (bad address)", "5.1.1 (user unknown)", "", Said.HARD),
        ("failed", "4.2.2", FULL, Said.SOFT),
        ("failed", "4.4.1", "smtp; connect to mx.remote.example: Connection timed out", Said.SOFT),
        ("failed", "4.1.1", "smtp; 450 4.1.1 user unknown, try later", Said.SOFT),
        ("failed", "5.4.7", "smtp; 451 4.3.0 Message delayed for too long", Said.SOFT),
        ("failed", "5.2.2", "smtp; 552 5.2.2 Mailbox full", Said.SOFT),
        ("failed", "5.0.0", "smtp; 550 5.0.0 no", Said.SOFT),
        ("failed", "5.4.4", "smtp; Host or domain name not found", Said.HARD),
        ("failed", "5.1.2", "", Said.HARD),
        ("failed", "5.7.1", "smtp; 550 5.7.1 Message rejected as spam", Said.BLOCKED),
        ("failed", "5.7.26", "smtp; 550-5.7.26 This mail is unauthenticated", Said.BLOCKED),
        ("failed", "5.3.4", "smtp; 552 5.3.4 Message size exceeds fixed limit", Said.BLOCKED),
        ("delayed", "4.4.1", "smtp; connect: Connection refused", Said.DELAYED),
        ("delivered", "2.0.0", "", Said.DELIVERED),
        ("relayed", "2.0.0", "", Said.DELIVERED),
        ("expanded", "2.0.0", "", Said.DELIVERED),
        ("dreamt", "5.1.1", "", None),
        ("failed", "nonsense", "", None),
        ("failed", "5.1.1", "x-notes; User not listed in Directory", Said.HARD),
    ],
)
def test_action_status_and_code_judge_together(
    action: str, status: str, diagnostic: str, expected: Said | None
) -> None:
    raw = dsn(action=action, status=status, diagnostic=diagnostic, head="X-Nothing: to say")
    assert said(raw) is expected


def test_a_bounce_tells_code_and_words() -> None:
    folded = HARD.replace(": User", ":\n    User")
    report = classify(Mail(dsn(diagnostic=folded)))
    assert report is not None
    assert (report.status, report.text) == ("550 5.1.1", HARD.removeprefix("smtp; "))


def test_of_several_recipients_the_best_fate_counts() -> None:
    other = b"\r\n\r\nFinal-Recipient: rfc822; b@remote.example\r\nAction: delayed\r\n\r\n--one/two"
    raw = dsn().replace(
        b"\r\n\r\n--one/two\r\nContent-Type: text/rfc", other + b"\r\nContent-Type: text/rfc"
    )
    assert said(raw) is Said.DELAYED


def test_a_report_inside_a_gateways_wrapping() -> None:
    inner = dsn().replace(b"\r\n", b"\n")
    head, _, body = inner.partition(b"\n\n")
    kind = b'Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="one/two"'
    outer = b"Content-Type: multipart/mixed; boundary=gw\n\n--gw\n\nscanned\n--gw\n"
    raw = head.replace(kind, outer.partition(b"\n")[0]) + b"\n\n" + outer.partition(b"\n\n")[2]
    raw += kind + b"\n\n" + body + b"\n--gw--\n"
    assert said(raw) is Said.HARD


def test_a_report_in_base64() -> None:
    import base64

    raw = dsn().replace(b"\r\n", b"\n")
    before, _, rest = raw.partition(b"Content-Type: message/delivery-status\n\n")
    status, cut, after = rest.partition(b"\n--one/two\nContent-Type: text/rfc822-headers")
    kind = b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
    assert said(before + kind + base64.encodebytes(status) + cut + after) is Said.HARD


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("abuse", Said.COMPLAINT),
        ("Fraud", Said.COMPLAINT),
        ("not-spam", Said.NOT_SPAM),
        ("auth-failure", Said.NOT_SPAM),
        ("", Said.NOT_SPAM),
    ],
)
def test_complaints(kind: str, expected: Said) -> None:
    assert said(complaint(kind=kind)) is expected


def test_microsofts_complaints_have_a_form_of_their_own() -> None:
    raw = (
        b"From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
        b"Message-ID: <" + MARKED.encode() + b"@gazette.example>\n\nText\n--b--\n"
    )
    report = classify(Mail(raw))
    assert report is not None and report.said is Said.COMPLAINT
    assert delivery_in(report.places, SIGNER) == 4217


DISLIKES = "192.0.2.1 does not like recipient."
GIVES_UP = "I'm not going to try again; this message has been in the queue too long."
AFTER = "SMTP error from remote mail server after"
NO_ACCOUNT = "The e-mail account does not exist at the organization."
QMAIL = """\
Hi. This is the qmail-send program at mx.remote.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gone@remote.example>:
{words}

--- Below this line is a copy of the message.

Return-Path: <news@gazette.example>
Message-ID: <{about}@gazette.example>
Subject: Tides
"""
RECEIPT = (
    b"Content-Type: multipart/report; boundary=b\n\n--b\n"
    b"Content-Type: message/disposition-notification\n\nDisposition: displayed\n--b--\n"
)
EXIM = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  gone@remote.example
    {words}

------ This is a copy of the message, including all the headers. ------

Message-ID: <{about}@gazette.example>
"""
EXCHANGE = """\
Your message did not reach some or all of the intended recipients.

      Subject:  Tides
      Sent:     3/2/2026 7:00 AM

The following recipient(s) cannot be reached:

      gone@remote.example on 3/2/2026 7:00 AM
            {words}
"""


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (QMAIL, "Sorry, no mailbox here by that name. (#5.1.1)", Said.HARD),
        (QMAIL, f"{DISLIKES}\nRemote host said: 550 5.1.1 User unknown", Said.HARD),
        (QMAIL, f"{GIVES_UP} (#4.4.1)", Said.SOFT),
        (QMAIL, "Sorry, I couldn't find any host named remote.example. (#5.1.2)", Said.HARD),
        (QMAIL, "It did not work.", None),
        (EXIM, f"{AFTER} RCPT TO:<gone@remote.example>:\n    550 No such user", Said.HARD),
        (EXIM, "Unrouteable address", Said.HARD),
        (EXIM, f"{AFTER} end of data:\n    554 5.7.1 rejected as spam", Said.BLOCKED),
        (EXCHANGE, f"{NO_ACCOUNT}\n            <mx.remote.example #5.1.1>", Said.HARD),
        (EXCHANGE, "The recipient's mailbox is full. <mx.remote.example #5.2.2>", Said.SOFT),
    ],
)
def test_bounces_in_words(text: str, words: str, expected: Said | None) -> None:
    body = text.format(words=words, about=MARKED)
    raw = f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.remote.example\n\n{body}".encode()
    report = classify(Mail(raw))
    assert (report and report.said) is expected
    if report and "Message-ID" in text:
        assert delivery_in(report.places, SIGNER) == 4217


def test_words_count_only_from_a_server() -> None:
    body = QMAIL.format(words="550 5.1.1 User unknown", about=MARKED)
    assert said(f"From: ann@reader.example\n\n{body}".encode()) is None
    exim = f"From: x@y.example\nX-Failed-Recipients: gone@remote.example\n\n{body}"
    assert said(exim.encode()) is Said.HARD


@pytest.mark.parametrize(
    "text",
    [
        "Warning: message 1 delayed 24 hours\nNo action is required on your part.",
        "**  THIS IS A WARNING MESSAGE ONLY  **\n451 4.4.1 timeout",
        "Delivery has been delayed. It will continue to be tried.",
    ],
)
def test_warnings_in_words(text: str) -> None:
    assert said(f"From: MAILER-DAEMON@mx.example\n\n{text}".encode()) is Said.DELAYED


@pytest.mark.parametrize(
    "raw",
    [
        away(),
        letter("Hello", Auto_Submitted="auto-replied (vacation)"),
        letter("Automatic reply: Tides"),
        letter("Abwesenheitsnotiz"),
        letter("Hi", X_Autoreply="yes"),
        letter("Hi", Precedence="auto_reply"),
        letter("Please confirm your message"),
        RECEIPT,
    ],
    ids=range(8),
)
def test_automatic_replies(raw: bytes) -> None:
    assert said(raw) is Said.AUTO_REPLY


def test_letters_are_no_reports() -> None:
    for raw in (
        letter(),
        letter("unsubscribe"),
        letter("Re: Your vacation tips"),
        letter("550 5.1.1"),
    ):
        assert said(raw) is None
    assert said(letter("Hello", Auto_Submitted="no")) is None


@pytest.mark.parametrize("to", ["bounces@gazette.example", f"bounces+{MARKED}@gazette.example"])
def test_the_delivery_is_found_by_its_mark(to: str) -> None:
    about = ABOUT if MARKED in to else MARKED
    for raw in (dsn(about, to=to), dsn(about, to=to.upper())):
        report = classify(Mail(raw))
        assert report is not None
        assert delivery_in(report.places, SIGNER) == 4217


@pytest.mark.parametrize(
    "place",
    [
        "<4218-" + MARK + "@gazette.example>",
        "<4217-" + MARK[:-1] + "0@gazette.example>",
        "<4217@gazette.example>",
        "<4217-" + MARK + "a@gazette.example>",
        "<14217-" + MARK + "@gazette.example>",
        "<04217-" + MARK + "@gazette.example>",
        "<" + "9" * 40 + "-" + MARK + ">",
        "",
        "4217-" + "é" * 10,
    ],
)
def test_a_forged_mark_names_nobody(place: str) -> None:
    if MARK[-1] == "0" and place.endswith("0@gazette.example>"):
        pytest.skip("by chance the same")
    assert delivery_in([place], SIGNER) is None


def test_marks_are_not_tried_without_end() -> None:
    places = ["1-0123456789 " * 1000, MARKED]
    assert delivery_in(places, SIGNER) is None
