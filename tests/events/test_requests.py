"""What people and their mail services write to the mailbox, in the forms that it comes in."""

import time
from email.message import EmailMessage
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.events.mailbox.mail import Mail
from publisher.events.requests.reading import Request, request_of
from publisher.events.requests.text import plain
from publisher.events.requests.wording import Verb, meaning
from publisher.signing import Key, Purpose, Signer

BODY = "dOGm0nx5cYvQd1Vh3tq0bA"
TOKEN = Signer([Key("00aa", "a secret")]).sign(Purpose.READER, BODY)
OURS = "<0123456789abcdef.17.0a1b2c3d4e@gazette.example>"
ANN = "ann@reader.example"


def read(head: str, body: str = "", names: tuple[str, ...] = ("daily", "week")) -> Request | None:
    head = "\n".join(line for line in dedent(head).strip().split("\n"))
    if "from:" not in head.lower():
        head = f"From: Ann <{ANN}>\n{head}"
    return request_of(Mail(f"{head}\n\n{dedent(body)}".encode()), names)


@pytest.mark.parametrize(
    "subject",
    [
        f"unsubscribe {TOKEN}",
        f"Unsubscribe {TOKEN}",
        f"Re: unsubscribe {TOKEN}",
        f"AW: Fwd: unsubscribe {TOKEN}",
        f"unsubscribe%20{TOKEN}",
        f"unsubscribe+{TOKEN}",
        f"unsubscribe\n {TOKEN}",
        f"unsubscribe {TOKEN[:30]}\n {TOKEN[30:]}",
        f"=?utf-8?Q?unsubscribe_{TOKEN.replace('_', '=5F')}?=",
        f"=?UTF-8?B?dW5zdWJzY3JpYmUg?=\n =?UTF-8?Q?{TOKEN.replace('_', '=5F')}?=",
        f"[EXTERNAL] unsubscribe {TOKEN}",
        f"unsubscribe: {TOKEN} ",
    ],
)
def test_a_subject_with_a_token_in_many_clients_forms(subject: str) -> None:
    found = read(f"Subject: {subject}")
    assert found is not None
    assert (found.verb, found.token, found.sender) == (Verb.UNSUBSCRIBE, TOKEN, ANN)


def test_the_token_of_older_emails_counts() -> None:
    found = read(f"Subject: unsubscribe {BODY}")
    assert found is not None and found.token == BODY


@pytest.mark.parametrize("start", ["-", "_", "-_-"])
def test_a_token_may_begin_with_any_of_its_characters(start: str) -> None:
    token = start + TOKEN[len(start) :]
    found = read(f"Subject: unsubscribe {token}")
    assert found is not None and found.token == token


def test_other_verbs() -> None:
    for verb in (Verb.PREFERENCES, Verb.CONFIRM):
        found = read(f"Subject: {verb} {TOKEN}")
        assert found is not None and (found.verb, found.token) == (verb, TOKEN)


def test_a_service_that_writes_for_a_reader_counts_and_an_answering_machine_does_not() -> None:
    for header in ("Auto-Submitted: auto-generated", "Precedence: bulk"):
        assert read(f"Subject: unsubscribe {TOKEN}\n{header}")
        assert read(f"Subject: unsubscribe\n{header}") is None
    for header in (
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-replied (vacation)",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "From: MAILER-DAEMON@reader.example",
        "Content-Type: multipart/report; boundary=x",
    ):
        assert read(f"{header}\nSubject: unsubscribe {TOKEN}") is None, header


def test_a_token_in_a_plus_address_or_in_the_text() -> None:
    found = read(f"To: letters+unsubscribe-{TOKEN}@gazette.example\nSubject: no")
    assert found is not None and (found.verb, found.token) == (Verb.UNSUBSCRIBE, TOKEN)
    found = read("To: letters+subscribe-week@gazette.example")
    assert found is not None and (found.verb, found.newsletter) == (Verb.SUBSCRIBE, "week")
    found = read("Delivered-To: <letters+unsubscribe@gazette.example>")
    assert found is not None and (found.verb, found.token) == (Verb.UNSUBSCRIBE, "")
    found = read("Subject:", f"unsubscribe {TOKEN}\n")
    assert found is not None and found.token == TOKEN


@pytest.mark.parametrize(
    ("subject", "verb", "newsletter"),
    [
        ("unsubscribe", Verb.UNSUBSCRIBE, ""),
        ("UNSUBSCRIBE!", Verb.UNSUBSCRIBE, ""),
        ("Please unsubscribe me from this list. Thanks", Verb.UNSUBSCRIBE, ""),
        ("Unsubscribe week", Verb.UNSUBSCRIBE, "week"),
        ("Re: opt-out", Verb.UNSUBSCRIBE, ""),
        ("Bitte abmelden", Verb.UNSUBSCRIBE, ""),
        ("Désabonnement", Verb.UNSUBSCRIBE, ""),
        ("darse de baja", Verb.UNSUBSCRIBE, ""),
        ("配信停止をお願いします", Verb.UNSUBSCRIBE, ""),
        ("إلغاء الاشتراك", Verb.UNSUBSCRIBE, ""),
        ("=?utf-8?B?RMOpc2Fib25uZW1lbnQ=?=", Verb.UNSUBSCRIBE, ""),
        ("Subscribe daily", Verb.SUBSCRIBE, "daily"),
        ("subscribe", Verb.SUBSCRIBE, ""),
        ("Anmeldung", Verb.SUBSCRIBE, ""),
        ("preferences", Verb.PREFERENCES, ""),
    ],
)
def test_words_alone(subject: str, verb: Verb, newsletter: str) -> None:
    found = read(f"Subject: {subject}")
    assert found is not None and (found.verb, found.newsletter) == (verb, newsletter)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Hello",
        "Do not unsubscribe me",
        "How to unsubscribe?",
        "Stop the ferry now",
        "Yes",
        "x" * 998,
    ],
)
def test_other_subjects_are_for_people(subject: str) -> None:
    assert read(f"Subject: {subject}", "I like your newsletter.\n") is None


ANSWERS = {
    "plain": "unsubscribe\n",
    "above a quotation": """\
        Unsubscribe please

        On Mon, 11 May 2026 at 07:00, The Gazette <news@gazette.example> wrote:
        > subscribe to our other newsletter
        """,
    "above a folded attribution": """\
        unsubscribe

        On Mon, 11 May 2026 at 07:00, The Gazette of the Harbour <news@gazette.example>
        wrote:

        > Good morning
        """,
    "below a quotation": "> Good morning\n> all\n\nunsubscribe\n",
    "Outlook's": """\
        unsubscribe

        -----Original Message-----
        From: The Gazette
        Subject: Today
        """,
    "with a signature": "unsubscribe\n\n-- \nAnn\nSubscribe to my channel\n",
    "from a telephone": "Unsubscribe\n\nSent from my iPhone\n",
    "German": "Bitte abmelden.\n\nAm 11.05.2026 um 07:00 schrieb Gazette:\n> Guten Morgen\n",
    "two lines": "Please\nunsubscribe\n",
}


@pytest.mark.parametrize("body", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_says_only_that(body: str) -> None:
    found = read(f"Subject: Re: Today in the harbour\nIn-Reply-To: {OURS}", body)
    assert found is not None and found.verb is Verb.UNSUBSCRIBE
    assert found.answered == (OURS.strip("<>"),)


def test_an_answer_in_html_only() -> None:
    html = (
        "<html><head><title>subscribe</title><style>p{}</style></head><body>"
        '<div dir="auto">Unsubscribe</div><br><div class="gmail_quote"><div>On Monday</div>'
        "<blockquote>subscribe</blockquote></div></body></html>"
    )
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["References"] = ANN, "Re: Today", f"<a@b.example> {OURS}"
    mail.set_content(html, subtype="html", charset="utf-8", cte="base64")
    found = request_of(Mail(mail.as_bytes()))
    assert found is not None and found.verb is Verb.UNSUBSCRIBE
    assert found.answered == ("a@b.example", OURS.strip("<>"))


def test_an_answer_to_a_confirmation_may_be_empty_or_yes() -> None:
    for body in ("", "> quoted\n", "Yes!\n", "Ja, bitte\n"):
        found = read(f"Subject: Re: Please confirm\nIn-Reply-To: {OURS}", body)
        assert found is not None and found.verb is Verb.CONFIRM


def test_an_answer_with_choices() -> None:
    found = read(f"Subject: Re: Your choices\nIn-Reply-To: {OURS}", "Weekly friday 18:00\n")
    assert found is not None and found.verb is Verb.PREFERENCES
    assert found.lines == ("Weekly friday 18:00",)


def test_a_letter_that_begins_with_such_a_word_is_for_people() -> None:
    body = "Stop\nworrying about the ferry, it is back.\n"
    assert read(f"Subject: Re: Today\nIn-Reply-To: {OURS}", body) is None


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "nobody",
        "Ann <ann@reader.example>, Eve <eve@evil.example>",
        "a" * 400 + "@x.example",
        "(" * 1_900,
    ],
)
def test_who_has_no_one_address_asks_nothing(sender: str) -> None:
    assert read(f"From: {sender}\nSubject: unsubscribe {TOKEN}") is None


@given(st.binary(max_size=600))
def test_any_bytes_are_an_email(raw: bytes) -> None:
    request_of(Mail(b"From: ann@reader.example\nSubject: " + raw))
    request_of(Mail(raw))


@given(st.text(max_size=300))
def test_any_text_has_a_meaning_or_none(text: str) -> None:
    meaning(text, ["daily"])
    plain(text)


@pytest.mark.parametrize(
    "piece", ["<", "<!", "<![", "<a ", "<!--", "</", "&", "<div>", "<blockquote>", 'a="']
)
def test_hostile_html_ends_soon(piece: str) -> None:
    started = time.process_time()
    plain(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 5


def test_open_quotations_cost_no_more_than_others() -> None:
    open_ones, ends = "<head>" * 30_000, "</p>" * 50_000
    started = time.process_time()
    assert plain(open_ones + ends).strip() == ""
    assert time.process_time() - started < 4


def test_what_stands_behind_nested_quotations_counts() -> None:
    inner = '<div class="gmail_quote">a<div>b<blockquote>c</div></blockquote>d</div>'
    assert plain(f"<p>yes</p>{inner}<blockquote><title>e</blockquote>no").split() == ["yes", "no"]
