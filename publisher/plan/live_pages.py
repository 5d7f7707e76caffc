"""Whether a post's page is on the web yet: sites are built some time after a post is written."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from publisher.model.posts import Post

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """Asks for pages. A post without one is held back, and new to the edition that finds it there.

    `is_live` is None where the site wants no check. A post counts unasked once it has been sendable
    for `min_age`.
    """

    is_live: Callable[[str], bool] | None
    min_age: timedelta

    def absent(self, posts: Sequence[Post], planned_at: datetime) -> list[Post]:
        """Those of `posts` that must have a page and have none."""
        asked = [post for post in posts if self._is_young(post, planned_at)]
        if self.is_live is None or not asked:
            return []
        # A few at a time: a site that is down takes its time with each.
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pages") as pool:
            answers = pool.map(self.is_live, [post.url for post in asked])
            return [post for post, is_live in zip(asked, answers, strict=True) if not is_live]

    def _is_young(self, post: Post, planned_at: datetime) -> bool:
        begun = post.sendable_from or post.date
        # In UTC: clocks of one zone may go back.
        return not (self.min_age and begun) or planned_at - begun.astimezone(UTC) < self.min_age
