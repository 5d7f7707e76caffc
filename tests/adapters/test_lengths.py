"""How Mastodon counts a status, on the texts that set its rule apart from simpler ones."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.adapters.http.text.lengths import count_characters

PIECES = (
    "https://example.com",
    "http://example.org:80/a_(b)?c=d.",
    "https://gazette.example/a",
    "example.com/",
    "@ann@social.example",
    *("@", "a", "é", "橋", "\u3000", " ", "\n", "(", ")", "?", "/", ".", ":", "_", "👍🏽"),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_a_text_of_any_shape_counts_no_more_than_its_characters(text: str) -> None:
    links = text.casefold().count("://")
    assert count_characters(text) <= len(text) + links * 23


def test_a_hostile_text_is_counted_soon() -> None:
    start = time.monotonic()
    for hostile in ("https://a.", "https://example.com/(", "@a.", "@a@b.", "https://x.com/))"):
        count_characters(hostile * 10_000)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hello", 5),
        ("https://example.com/" + "a" * 300, 23),
        ("https://gazette.example/" + "a" * 300, 24 + 300),  # .example is no domain it knows
        ("http://localhost:3000/" + "a" * 20, 42),
        ("https://example.com/?" + "#a" * 2037, 23),
        ("https://example.com/?" + "#a" * 2050, 21 + 4100),  # longer than 4096
        ("See https://example.com/b, and (https://example.org/d).", 4 + 23 + 7 + 23 + 2),
        ("xhttps://example.com/bridges-of-the-north", 41),
        ("#https://example.com/bridges-of-the-north", 41),
        ("HTTPS://EXAMPLE.COM:8080", 23),
        ("https://example.com/a_(b(c)d)e.", 24),
        ("https://example.com/日本_(橋)", 23 + 3),
        ("https://example.com/a(b", 23 + 2),
        ("https://example.com/a?b=(c)&d=✓.", 24),
        ("https://example.com/a.?b", 23 + 3),
        ("https://日本語.jp/橋\u3000橋", 23 + 2),
        ("https://example.com-bridges.of.the.north", 40),
        ("example.org/https://example.com", 12 + 23),  # a link, or within one: the longer counts
        ("example.org/https://example.com/bridges", 39),
        ("gazette.example/bridge", 22),
        ("example.org/(https://example.org/)[https://example.org/bridges", 65),
        ("https://t.co/abc", 23),
        ("https://t.co/abc+", 24),  # these links are letters and digits, and nothing else
        ("https://t.co/abc—https://example.com/bridges", 23 + 28),
        ("https://t.co/" + "a" * 41, 54),
        ('https://example.com"bridges.of', 23 + 11),
        ("https://example.com`bridges.of", 23 + 11),
        ("https://example.com/?a=🏴\U000e0067\U000e007fb", 24),
        ("ask @ann@social.example now", 12),
        ("@ann@social.example", 4),
        ("@ann@" + "b" * 250 + ".com", 5 + 254),  # no domain is as long
        ("@änn@social.example", 19),
        ("@ann@social.example@more", 24),
        ("/@ann@social.example", 20),
        ("@ann@social.example_https://example.com/", 20 + 23),
        ("mail ann@social.example", 23),
        ("👩‍👩‍👧‍👦🇬🇧👍🏽é", 4),
        ("नमस्ते", 3),
        ("e\u0301", 1),
        ("a\r\nb", 3),
        ("日本語", 3),
        ("https://example.com/@ann@host", 23),
    ],
)
def test_lengths(text: str, length: int) -> None:
    assert count_characters(text) == length
