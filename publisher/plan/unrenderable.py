"""A post that cannot be rendered is left out and named; the others go out."""

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from publisher.content.selection.digest import Digest, out
from publisher.errors import Problem, PublisherError, StorageError
from publisher.model.posts import Pick, Post

Rendered = TypeVar("Rendered")

RULE = "unrenderable"
MOST_LEFT_OUT = 25  # where that many fail, it is the template
PATIENCE = 3.0  # seconds; what fails later than that is not tried post by post
_HINT = "fix the post, or the template"


class Unrenderable(Exception):
    """Posts that cannot be rendered, by path; `cause` is the first error."""

    def __init__(self, problems: Mapping[str, Problem], cause: Exception) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems
        self.cause = cause


@dataclass(slots=True)
class LeftOut:
    """The posts that one proposal goes without."""

    problems: dict[str, Problem] = field(default_factory=dict)
    _cause: Exception | None = None

    def add(self, error: Unrenderable) -> None:
        """Go without these posts, too.

        Raises:
            PublisherError: there are too many, so it is no post's fault; the first error.
        """
        self._cause = self._cause or error.cause
        self.problems |= error.problems
        if len(self.problems) > MOST_LEFT_OUT:
            raise known(self._cause)

    def without(self, posts: Sequence[Post]) -> Sequence[Post]:
        """Those of `posts` that are not left out."""
        return [post for post in posts if post.path not in self.problems]

    def noted(self, digest: Digest) -> Digest:
        """The digest, which says of these posts why it goes without them.

        Raises:
            PublisherError: nothing is left of it; the first error.
        """
        if not self.problems:
            return digest
        if digest.empty_because and self._cause is not None:
            raise known(self._cause) from self._cause
        decisions = {path: out(RULE, each.problem) for path, each in self.problems.items()}
        return replace(digest, decisions={**digest.decisions, **decisions})


def rendered(picks: Sequence[Pick], render: Callable[[Sequence[Pick]], Rendered]) -> Rendered:
    """What `render` makes of all `picks`.

    Raises:
        Unrenderable: it fails because of some of them.
        Exception: it fails whatever it is given.
    """
    begun = time.monotonic()
    try:
        return render(picks)
    except StorageError:
        raise
    except Exception as error:
        late = time.monotonic() - begun > PATIENCE
        problems = {} if late else _faulty(picks, render)
        if not problems:
            raise
        raise Unrenderable(problems, error) from error


def _faulty(
    picks: Sequence[Pick], render: Callable[[Sequence[Pick]], Rendered]
) -> dict[str, Problem]:
    """Posts that fail alone while others do not; else the one without which the rest is sound."""
    alone = {pick.post.path: _problem_alone(pick, render) for pick in picks}
    problems = {path: problem for path, problem in alone.items() if problem}
    if len(problems) < len(picks) or len(picks) == 1:
        return problems
    for pick in picks:
        if _error(render, [other for other in picks if other is not pick]) is None:
            return {pick.post.path: problems[pick.post.path]}
    return {}


def _problem_alone(pick: Pick, render: Callable[[Sequence[Pick]], Rendered]) -> Problem | None:
    """Why a post fails in its own place and as the lead story, which templates may insist on."""
    first = _error(render, [pick])
    if first is None or _error(render, [replace(pick, role="lead")]) is None:
        return None
    return problem_of(pick, first)


def _error(render: Callable[[Sequence[Pick]], Rendered], picks: Sequence[Pick]) -> Exception | None:
    try:
        render(picks)
    except Exception as error:  # noqa: BLE001  whatever it is, it is this post's
        return error
    return None


def problem_of(pick: Pick, error: Exception, channel: str = "") -> Problem:
    """What to tell of a post that cannot be rendered."""
    problem = f"it cannot be rendered, so it is left out: {words(error)}"
    return Problem(pick.post.path, None, channel, problem, _HINT)


def known(error: Exception) -> PublisherError:
    """The error itself, or for a bug one that names its place."""
    return error if isinstance(error, PublisherError) else PublisherError(f"a bug: {words(error)}")


def words(error: Exception) -> str:
    """A known error in its own words; a bug by its place, for its text may hold a secret."""
    if isinstance(error, PublisherError):
        message = " ".join(error.message.split())
        return f"{message} ({error.hint})" if error.hint else message
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.filename}:{place.lineno}"
