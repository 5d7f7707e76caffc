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
        ("a\r\nb", 3),
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
        ("©", 2),
        ("™", 2),
        ("😀", 2),
        ("❤", 2),
        ("❤\ufe0f", 2),
        ("☺\ufe0e", 4),
        ("👍🏽", 2),
        ("👩‍👩‍👧‍👦", 2),
        ("🧑🏽‍🦼‍➡️", 2),
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
    ],
)
def test_weighed(text: str, length: int) -> None:
    assert count_weighted(text) == length
    assert has_link(text) == (length >= LINK)


def test_weights_of_the_alphabets_edges() -> None:
    for light in ("\u10ff", "\u2000", "\u2010", "\u201f", "\u2032", "\u2037"):
        assert count_weighted(f"a{light}a") == 3
    for heavy in ("\u1100", "\u1fff", "\u200e", "\u2020", "\u2031", "\u2038", "\uffff"):
        assert count_weighted(f"a{heavy}a") == 4
