"""Whether a post's page is on the web yet: sites are built some time after a post is written."""

from collections.abc import Callable, Iterable, Sequence
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
        asked = [post for post in posts if self._young(post, planned_at)]
        answering = set(self._answering(post.url for post in asked))
        return [post for post in asked if post.url not in answering]

    def _answering(self, urls: Iterable[str]) -> list[str]:
        """Ask for a few pages at a time: a site that is down takes its time with each."""
        asked = list(urls)
        if self.is_live is None or not asked:
            return []
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pages") as pool:
            answers = pool.map(self.is_live, asked)
            return [url for url, answers_now in zip(asked, answers, strict=True) if answers_now]

    def _young(self, post: Post, planned_at: datetime) -> bool:
        if self.is_live is None:
            return False
        begun = _begun(post)
        return not self.min_age or begun is None or planned_at - begun < self.min_age


def _begun(post: Post) -> datetime | None:
    """Since when the post itself could be sent, in UTC: clocks of one zone may go back."""
    begun = post.sendable_from or post.date
    return begun.astimezone(UTC) if begun else None
