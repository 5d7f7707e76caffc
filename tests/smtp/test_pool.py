from publisher.smtp.pool import Rhythm

MANY = 400


def rhythm(*, answer: float, exchange: float) -> Rhythm:
    made = Rhythm()
    for _ in range(MANY):
        made.answered(answer)
        made.exchanged(exchange)
    return made


def test_it_exchanges_after_every_answer_until_more_is_known() -> None:
    assert not Rhythm().slow


def test_near_the_server_exchanges_are_worth_waiting_for() -> None:
    assert rhythm(answer=0.0003, exchange=0.001).slow


def test_far_from_the_server_flights_are() -> None:
    assert not rhythm(answer=0.02, exchange=0.001).slow


def test_one_answer_that_took_long_says_nothing_of_the_way() -> None:
    made = rhythm(answer=0.0003, exchange=0.001)
    made.answered(5.0)
    assert made.slow


def test_one_turn_that_took_long_says_little_of_the_next() -> None:
    made = rhythm(answer=0.02, exchange=0.001)
    made.exchanged(0.1)
    assert not made.slow


def test_a_server_that_becomes_slow_is_found_out() -> None:
    made = rhythm(answer=0.0003, exchange=0.001)
    for _ in range(MANY):
        made.answered(0.02)
    assert not made.slow
