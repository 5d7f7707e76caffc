from decimal import Decimal

from publisher.rendering.digest import render_digest
from publisher.rendering.merge_fields import Recipient, merge
from publisher.rendering.preview import DigestPreview, NotePreview, preview_page
from publisher.rendering.templates import Templates
from tests.rendering.samples import SLOT, Golden, gazette, picks


def digest_item(**changes: object) -> DigestPreview:
    rendered = render_digest(
        Templates(None), gazette(), picks(), newsletter="daily", template="digest", slot=SLOT
    )
    html, text = merge(rendered, Recipient("ada@reader.example", "", "https://letters.example/u"))
    given = {"newsletter": "daily", "channel": "mail", "when": "Saturday 18 April 2026, 07:00",
             "subject": rendered.subject, "preheader": rendered.preheader, "html": html,
             "text": text, "readers": 2000, **changes}  # fmt: skip
    return DigestPreview(**given)  # type: ignore[arg-type]


def note_item(**changes: object) -> NotePreview:
    given = {"announcement": "social", "channel": "x", "when": "09:00", "text": "Words",
             "length": 212, "limit": 280, "price": Decimal("0.2"), **changes}  # fmt: skip
    return NotePreview(**given)  # type: ignore[arg-type]


def test_golden(golden: Golden) -> None:
    items: list[DigestPreview | NotePreview] = [
        digest_item(html="<p>The mail</p>", text="The mail\n"),
        note_item(),
    ]
    golden("preview.html", preview_page(items))


def test_the_mail_stands_in_two_sandboxed_frames() -> None:
    page = preview_page([digest_item()])
    assert page.count("<iframe sandbox ") == 2
    assert page.count('srcdoc="&lt;!doctype html&gt;') == 2
    assert "2,000 readers" in page
    assert "<script" not in page


def test_a_note_is_counted_and_priced() -> None:
    page = preview_page([note_item(), note_item(length=300), note_item(limit=None, price=None)])
    assert "212 of 280 characters · $0.20<" in page
    assert "300 of 280 characters: too long" in page
    assert "212 characters, no limit" in page


def test_hostile_words_stay_words() -> None:
    evil = '</iframe></textarea><script>alert(1)</script>" onload="x'
    item = digest_item(subject=evil, html=evil, text=evil, newsletter=evil, warnings=(evil,))
    page = preview_page([item, note_item(text=evil, picture="javascript:x", content_warning=evil)])
    assert "<script" not in page
    assert 'onload="' not in page
    assert "javascript:" not in page


def test_nothing_to_show_says_so() -> None:
    assert "Nothing is due" in preview_page([])
