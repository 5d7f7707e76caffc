import json
from collections.abc import Mapping
from urllib.parse import quote

import pytest

from publisher.model.deliveries import Rendered
from publisher.rendering.merge_fields import (
    MergeField,
    Recipient,
    freeze,
    merge,
    variants,
    without,
)

ADA = Recipient(
    "ada@reader.example", "Ada", "https://l.example/u/1?a=1&b=2", "https://l.example/e/1"
)


def frozen(html: str, text: str = "") -> Rendered:
    return Rendered("Subject", html, text)


def _greeting(reader: Mapping[str, MergeField]) -> str:
    return f"Dear {reader['name']}," if reader["name"] else "Hello,"


def test_values_are_escaped_in_html_and_plain_in_text() -> None:
    body = freeze(lambda reader: f'<a href="{reader["unsubscribe"]}">{reader["name"]}</a>')
    reader = Recipient("a@b.example", "Bobby \"<b>' & co", "https://l.example/?a=1&b=2")
    html, text = merge(frozen(body, body), reader)
    assert html == (
        '<a href="https://l.example/?a=1&amp;b=2">Bobby &quot;&lt;b&gt;&#x27; &amp; co</a>'
    )
    assert "https://l.example/?a=1&b=2" in text
    assert "Bobby \"<b>' & co" in text


def test_a_condition_keeps_both_answers() -> None:
    body = freeze(_greeting)
    assert sorted(variants(body)) == ["Dear \ufdd0name\ufdd1,", "Hello,"]
    assert merge(frozen("", body), ADA)[1] == "Dear Ada,"
    assert merge(frozen("", body), Recipient("a@b.example"))[1] == "Hello,"


def test_every_combination_of_answers() -> None:
    def render(reader: Mapping[str, MergeField]) -> str:
        web = f" Web: {reader['archive']}" if reader["archive"] else " No web"
        return _greeting(reader) + web

    body = freeze(render)
    assert len(variants(body)) == 4
    assert merge(frozen("", body), ADA)[1] == "Dear Ada, Web: https://l.example/e/1"
    assert (
        merge(frozen("", body), Recipient("a@b", archive="https://x"))[1] == "Hello, Web: https://x"
    )
    assert merge(frozen("", body), Recipient("a@b", name="Ada"))[1] == "Dear Ada, No web"
    assert merge(frozen("", body), Recipient("a@b"))[1] == "Hello, No web"


def test_a_question_asked_only_in_the_other_branch() -> None:
    def render(reader: Mapping[str, MergeField]) -> str:
        if reader["name"]:
            return "named"
        return "web" if reader["archive"] else "neither"

    body = freeze(render)
    for reader, expected in ((ADA, "named"), (Recipient("a@b", archive="https://x"), "web")):
        assert merge(frozen("", body), reader)[1] == expected
    assert merge(frozen("", body), Recipient("a@b"))[1] == "neither"


def test_without_a_question_there_is_one_plain_string() -> None:
    assert freeze(lambda reader: f"Unsubscribe: {reader['unsubscribe']}") == (
        "Unsubscribe: \ufdd0unsubscribe\ufdd1"
    )


def test_a_break_is_one_break_or_two_whatever_stands_between() -> None:
    body = freeze(lambda reader: f"a\r\nb\r{reader['email']}\nc")
    assert merge(frozen("", body), Recipient("x@b"))[1] == "a\nb\nx@b\nc"
    assert merge(frozen("", body), Recipient(""))[1] == "a\nb\n\nc"


def test_a_name_cannot_pose_as_another_part_or_break_a_line() -> None:
    body = freeze(lambda reader: f"{reader['name']}")
    sly = Recipient("a@b", "\ufdd0email\ufdd1\r\n\r\nBcc: x\u202e", "https://secret")
    assert merge(frozen(body, body), sly)[1] == "email Bcc: x"


def test_a_filtered_part_is_refused() -> None:
    for change in (MergeField.upper, lambda mark: mark[:3], quote):
        with pytest.raises(ValueError, match="filter"):
            freeze(lambda reader, change=change: change(reader["name"]))  # type: ignore[misc]


def test_a_frozen_edition_is_plain_text_for_any_database() -> None:
    body = freeze(_greeting)
    again = json.loads(json.dumps(body)).encode().decode()
    assert merge(frozen(again, again), ADA) == merge(frozen(body, body), ADA)
    assert "\x00" not in body


def test_a_link_that_leads_nowhere_any_more_takes_its_words_along() -> None:
    leave = '<p><a href="\ufdd0unsubscribe\ufdd1">Leave</a>'
    html = f'{leave} <a\nhref="\ufdd0archive\ufdd1">Read <b>it</b>\n</a></p>'
    start = "Hi\n\nLeave:\n\ufdd0unsubscribe\ufdd1\n\n"
    end = "The Gazette:\nhttps://gazette.example\n"
    text = f"{start}Read:\n\ufdd0archive\ufdd1\n\n{end}"
    left = without(Rendered("Today", html, text), "archive")
    assert (left.html, left.text) == (f"{leave}</p>", start + end)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hi\n\nRead:\n\ufdd0archive\ufdd1\n", "Hi\n\n"),
        ("Hi\nRead: \ufdd0archive\ufdd1\nBye\n", "Hi\nBye\n"),
        ("Hi\n\nLinks\nRead: \ufdd0archive\ufdd1\nBye\n", "Hi\n\nLinks\nBye\n"),
        (
            "Leave \ufdd0unsubscribe\ufdd1, read \ufdd0archive\ufdd1\n",
            "Leave \ufdd0unsubscribe\ufdd1, read \ufdd0archive\ufdd1\n",
        ),
    ],
)
def test_in_the_text_only_the_line_of_a_link_goes(text: str, left: str) -> None:
    assert without(Rendered("Today", "", text), "archive").text == left
