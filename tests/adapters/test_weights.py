"""X's way of counting, by a case for each class of what its documents tell of."""

import pytest

from publisher.adapters.http.text.weights import count_weighted, has_link

LINK = 23


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("plain", 5),
        ("a\nb", 3),
        ("a\r\nb", 4),
        ("é", 1),  # NFC first
        ("e\u0301", 1),
        ("\u212b", 1),
        ("\u1112\u1161\u11ab", 2),
        ("q\u0307\u0323", 3),
        ("日本語", 6),
        ("한국", 4),
        ("ﾊﾟ", 4),
        ("שלום", 4),
        ("مرحبا", 5),
        ("नमस्ते", 6),
        ("กขค", 3),
        ("“quote”", 7),
        ("a–b—c", 5),  # noqa: RUF001 - light dashes
        ("\u200d", 1),
        ("…", 2),
        ("€", 2),
        ("\U0001d49c", 2),
        ("©", 1),
        ("©\ufe0f", 2),
        ("™", 2),
        ("😀", 2),
        ("❤", 2),
        ("❤\ufe0f", 2),
        ("☺\ufe0e", 4),
        ("👍🏽", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("🧑🏽‍🦼‍➡️", 5),
        ("🐦‍⬛", 5),
        ("🫸🏽", 4),
        ("🐻‍❄️", 2),
        ("🫱🏻‍🫲🏽", 2),
        ("👦\u200d👦\ufe0f", 4),
        ("🏳️‍🌈", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("🇩🇪🇫🇷", 4),
        ("1\ufe0f\u20e3", 2),
        ("#\ufe0f\u20e3", 2),
        ("example.com", LINK),
        ("example.co.uk", LINK),
        ("example.photography", LINK),
        ("readme.md", LINK),
        ("see example.com.", 4 + LINK + 1),
        ("http://example.com", LINK),
        ("https://example.com/a/path?with=query&and=more#fragment", LINK),
        ("https://t.co/abcdefghij", LINK),
        ("(https://example.com/a)", 2 + LINK),
        ("https://example.com/a_(b)", LINK),
        ("https://example.com/a,", LINK + 1),
        ("https://example.com/a…", LINK + 2),
        ("https://straße.de", LINK),
        ("https://例え.jp", LINK),
        ("https://пример.рф", LINK),
        ("日本https://example.com", 4 + LINK),
        ("https://example.com日本", LINK + 4),
        ("example.com/日本", LINK + 4),
        ("a.b", 3),
        ("foo.notatld", 11),
        ("1.5", 3),
        ("e.g.", 4),
        ("http://localhost", 16),
        ("user@example.com", 16),
        ("@example.com", 12),
        ("#example.com", 12),
        ("$AAPL", 5),
        ("https://example.com https://example.com", 2 * LINK + 1),
        ("#https://example.com", 20),
        ("@https://example.com", 20),
        ("$https://example.com", 20),
        ("https://-a.example.com", 22),
        ("https://a_b.com", 15),
        ("https://example.c_m", 19),
        ("https://example.x", 17),
        ("https://10.0.0.1/", 17),
        ("https://t.co/" + "a" * 41, 54),  # their own links are never so long
        ("example.com/1\ufe0f\u20e3", LINK + 4),
        ("ב-example.com", 1 + LINK),  # only some parsers take it for a link
        ("שלםexample.com/a", 3 + LINK),
        ("。example.com", 2 + LINK),
        ("🏴\U000e0067\U000e0062\U000e007fexample.com", 2 + LINK),
    ],
)
def test_weighed(text: str, length: int) -> None:
    assert count_weighted(text) == length
    assert has_link(text) == (length >= LINK and "t.co/aaaa" not in text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("http://a.nosuchend", LINK),
        ("http://a.nosuchend/b", LINK),
        ("http://a.nosuchend/" + "b" * 30, 18 + 31),
        ("see (http://a.nosuchend)", 6 + LINK),
    ],
)
def test_a_link_to_a_younger_domain_counts_as_what_is_longer(text: str, length: int) -> None:
    """X may know a top-level domain that is not in the parser's list."""
    assert count_weighted(text) == length
    assert has_link(text)


def test_weights_of_the_alphabets_edges() -> None:
    for light in ("\u10ff", "\u2000", "\u2010", "\u201f", "\u2032", "\u2037"):
        assert count_weighted(f"a{light}a") == 3
    for heavy in ("\u1100", "\u1fff", "\u200e", "\u2020", "\u2031", "\u2038", "\uffff"):
        assert count_weighted(f"a{heavy}a") == 4
