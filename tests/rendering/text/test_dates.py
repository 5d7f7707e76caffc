from datetime import UTC, datetime

import pytest

from publisher.rendering.text.dates import written_date

MOMENT = datetime(2026, 4, 18, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "full", "long"),
    [
        ("en", "Saturday 18 April 2026", "18 April 2026"),
        ("en-GB", "Saturday 18 April 2026", "18 April 2026"),
        ("en-US", "Saturday, April 18, 2026", "April 18, 2026"),
        ("de", "Samstag, 18. April 2026", "18. April 2026"),
        ("fr-CA", "samedi 18 avril 2026", "18 avril 2026"),
        ("ja", "2026年4月18日土曜日", "2026年4月18日"),
        ("zh-Hant-TW", "2026年4月18日 星期六", "2026年4月18日"),
        ("xx", "Saturday 18 April 2026", "18 April 2026"),
        ("not a language", "Saturday 18 April 2026", "18 April 2026"),
        ("", "Saturday 18 April 2026", "18 April 2026"),
    ],
)
def test_a_date_is_written_as_its_language_does(language: str, full: str, long: str) -> None:
    assert written_date(MOMENT, language, "full") == full
    assert written_date(MOMENT, language) == long
