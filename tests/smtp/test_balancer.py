from itertools import pairwise

from publisher.errors import Reason, Unavailable
from publisher.smtp.balancer import Balancer, is_full
from publisher.smtp.server import Server


def servers(*weights: int) -> Balancer:
    return Balancer([Server(f"s{at}.example", 25, weight=w) for at, w in enumerate(weights)])


def assign(several: Balancer, connections: int, now: float = 0) -> list[int]:
    for _ in range(connections):
        state = several.choose(now)
        assert state is not None
        state.connections += 1
    return [state.connections for state in several.states]


def test_connections_follow_the_weights() -> None:
    assert assign(servers(1, 1), 10) == [5, 5]
    assert assign(servers(3, 1), 8) == [6, 2]
    assert assign(servers(10, 1), 1) == [1, 0]


def test_a_failure_is_a_rest_that_doubles() -> None:
    several = servers(1)
    state = several.states[0]
    rests = []
    now = 0.0
    for _ in range(4):
        state.failed(now, now)
        rests.append(state.backs_off_until - now)
        assert several.choose(now) is None and several.choose(state.backs_off_until) is state
        now = state.backs_off_until
    assert rests == [1, 2, 60, 60]


def test_attempts_side_by_side_fail_once() -> None:
    state = servers(1).states[0]
    for now in (1.0, 1.1, 1.2):
        state.failed(0.5, now)
    assert state.failures == 1


def test_success_forgives() -> None:
    state = servers(1).states[0]
    state.failed(0, 0)
    state.failed(5, 5)
    state.worked()
    state.failed(10, 10)
    assert state.backs_off_until == 11


def test_the_others_take_over() -> None:
    several = servers(5, 1)
    several.states[0].failed(0, 0)
    assert assign(several, 4, now=0.5) == [0, 4]
    assert several.choose(1) is several.states[0]


def test_a_full_server_keeps_as_many_as_it_takes_and_one_more_is_tried_ever_more_rarely() -> None:
    several = servers(1)
    state = several.states[0]
    state.connections = 10
    assert state.full(3, 1, 2, "too many")
    assert state.full(2, 1, 2, "too many"), "it was begun before: nothing new"
    assert several.room(10, 2.1) == 3 and state.allowance.known == 3
    state.connections = 3
    tries = []
    now = 2.0
    for _ in range(4):
        while several.room(10, now) == 3:
            now += 0.25
        tries.append(now)
        state.connections = 4
        state.full(3, now, now + 0.1, "too many")
        state.connections = 3
        assert several.room(10, now + 0.2) == 3
    waits = [round(after - before) for before, after in pairwise(tries)]
    assert tries[0] == 2.5 and waits == [60, 120, 240]


def test_a_server_that_takes_none_of_ten_is_tried_with_half() -> None:
    state = servers(1).states[0]
    state.connections = 10
    state.full(0, 1, 2, "too many")
    assert state.allowance.most == 5
    state.allowance.worked(6, 3)
    assert state.allowance.most == state.allowance.known == 6


def test_there_is_always_room_for_one_and_patience_has_an_end() -> None:
    several = servers(1)
    state = several.states[0]
    state.connections = 1
    answers = [state.full(0, 60.0 * at, 60.0 * at + 1, "too many") for at in range(1, 7)]
    assert several.room(10, 302) == 1 and answers == [True] * 4 + [False] * 2


def test_what_was_learned_before_holds_at_once() -> None:
    several = servers(1)
    several.states[0].allowance.recall(3, 0)
    assert several.room(10, 1) == 3 and several.room(10, 60) == 4


def test_which_refusal_means_too_many() -> None:
    assert is_full(Unavailable("x", status="421 4.7.0"))
    assert is_full(Unavailable("Too many connections", status="450", reason=Reason.CONNECTIONS))
    assert not is_full(Unavailable("go away", status="554"))
