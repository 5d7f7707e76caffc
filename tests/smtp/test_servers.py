import math

from publisher.errors import Unavailable
from publisher.smtp.server import Server
from publisher.smtp.servers import Servers, is_full


def servers(*weights: int) -> Servers:
    return Servers([Server(f"s{at}.example", 25, weight=w) for at, w in enumerate(weights)])


def spread(several: Servers, lines: int, now: float = 0) -> list[int]:
    for _ in range(lines):
        post = several.choose(now)
        assert post is not None
        post.lines += 1
    return [post.lines for post in several.posts]


def test_connections_follow_the_weights() -> None:
    assert spread(servers(1, 1), 10) == [5, 5]
    assert spread(servers(3, 1), 8) == [6, 2]
    assert spread(servers(10, 1), 1) == [1, 0]


def test_a_failure_is_a_rest_that_doubles() -> None:
    several = servers(1)
    post = several.posts[0]
    rests = []
    now = 0.0
    for _ in range(4):
        post.failed(now, now)
        rests.append(post.rests_until - now)
        assert several.choose(now) is None and several.choose(post.rests_until) is post
        now = post.rests_until
    assert rests == [1, 2, 60, 60]


def test_attempts_side_by_side_fail_once() -> None:
    post = servers(1).posts[0]
    for now in (1.0, 1.1, 1.2):
        post.failed(0.5, now)
    assert post.failures == 1


def test_success_forgives() -> None:
    post = servers(1).posts[0]
    post.failed(0, 0)
    post.failed(5, 5)
    post.worked()
    post.failed(10, 10)
    assert post.rests_until == 11


def test_the_others_take_over() -> None:
    several = servers(5, 1)
    several.posts[0].failed(0, 0)
    assert spread(several, 4, now=0.5) == [0, 4]
    assert several.choose(1) is several.posts[0]


def test_a_full_server_gets_no_more_for_a_while() -> None:
    several = servers(1)
    post = several.posts[0]
    post.lines = 3
    post.full(0)
    assert several.room(10, 1) == 3 and several.choose(1) is None
    assert several.room(10, 61) == 10 and several.choose(61) is post
    assert post.ceiling == math.inf


def test_there_is_always_room_for_one() -> None:
    several = servers(1)
    several.posts[0].full(0)
    assert several.room(10, 1) == 1


def test_which_refusal_means_too_many() -> None:
    assert is_full(Unavailable("x", status="421 4.7.0"))
    assert is_full(Unavailable("does not serve us now: 4.7.0 Too many connections", status="450"))
    assert not is_full(Unavailable("go away", status="554"))
