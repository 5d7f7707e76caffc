"""Dates as JavaScript has them."""

import re
from datetime import UTC, timedelta

from publisher.content.frontmatter.dates import PostDate, read_date

_LAST_DAYS = re.compile(r"(\d{4}-\d\d?-)(29|30|31)(?!\d)(.*)", re.ASCII)
_SAFE_DAY = 28


def script_date(written: str) -> PostDate:
    """The moment that an author wrote, UTC if no zone is; as in JavaScript, 30 February is March.

    Raises:
        ValueError: it cannot be read, and why.
    """
    try:
        return read_date(written, UTC)
    except ValueError:
        match = _LAST_DAYS.fullmatch(written)
        if match is None:
            raise
        before = read_date(f"{match[1]}{_SAFE_DAY}{match[3]}", UTC)
        return before._replace(value=before.value + timedelta(days=int(match[2]) - _SAFE_DAY))
