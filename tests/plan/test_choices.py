"""What readers may choose, and what is left of a form that asks for more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publisher.config import Newsletter
from publisher.model.contacts import Cadence, Choices
from publisher.model.posts import Post
from publisher.plan.choices import Offered, Topic, fitting, fitting_language, fitting_zone, offered

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


def newsletter(choices: Any = None, **options: Any) -> Newsletter:
    given = {"channel": "mail", "sender": "news@gazette.example", "choices": choices} | options
    return Newsletter.model_validate(given).named("daily")


def post(number: int, *categories: str, age: int = 1, **facts: Any) -> Post:
    date, url = NOW - timedelta(days=age), f"https://gazette.example/{number}"
    return Post(f"{number}.md", url, "A title", date=date, categories=categories, **facts)


def topics(found: Offered) -> list[tuple[str, str]]:
    return [(topic.key, topic.label) for topic in found.topics]


def test_topics_are_the_categories_of_late_the_most_frequent_first() -> None:
    posts = [
        post(1, "TV", "latest"),
        post(2, "TV"),
        post(3, "tv", "Sports"),
        post(4, "History", age=91),
        post(5, "Secret", draft=True),
        post(6, "Later", age=-1),
        post(7, "About", page=True),
        post(8, "Kept out", newsletter=False),
    ]
    assert topics(offered(newsletter(), posts, NOW)) == [("tv", "TV"), ("sports", "Sports")]


def test_one_topic_alone_is_no_choice() -> None:
    assert offered(newsletter(), [post(1, "tv")], NOW).topics == ()


def test_sources_are_topics_where_posts_have_no_categories() -> None:
    posts = [post(1, source="blog"), post(2, source="releases"), post(3, source="blog")]
    assert topics(offered(newsletter(), posts, NOW)) == [("blog", "blog"), ("releases", "releases")]
    only = newsletter(None, **{"from": ["blog"]})
    assert offered(only, posts, NOW).topics == ()


def test_an_owner_names_topics() -> None:
    named = newsletter({"topics": {"tv": "Television", "sports": "Sports"}})
    assert topics(offered(named, [], NOW)) == [("tv", "Television"), ("sports", "Sports")]
    listed = newsletter({"topics": ["tv", "sports"]})
    assert topics(offered(listed, [], NOW)) == [("tv", "tv"), ("sports", "sports")]
    assert not offered(newsletter({"topics": []}), [post(1, "a"), post(2, "b")], NOW).topics


def test_hours_come_with_what_is_not_sent_with_each_edition() -> None:
    found = offered(newsletter(schedule="every day at 18:30"), [], NOW)
    assert found.cadences == tuple(Cadence)
    assert found.hours == tuple(range(24))
    assert found.usual.hour == 18
    assert not offered(newsletter({"hours": False}), [], NOW).hours
    assert not offered(newsletter({"cadences": "each"}), [], NOW)


def test_languages_are_offered_where_config_names_them() -> None:
    assert offered(newsletter(), [], NOW).languages == ()
    assert offered(newsletter({"languages": ["en", "de"]}), [], NOW).languages == ("en", "de")


@pytest.mark.parametrize("wrong", [{"topics": 3}, {"cadences": ["hourly"]}, {"latest": -1}])
def test_a_wrong_offer_is_a_mistake(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="choices"):
        newsletter(wrong)


OFFER = Offered(
    topics=(Topic("tv", "TV"), Topic("sports", "Sports")),
    cadences=tuple(Cadence),
    hours=tuple(range(24)),
    languages=("en", "de"),
    usual=Choices(hour=6),
)


def test_what_is_offered_may_be_chosen() -> None:
    asked = Choices(("tv", "sports"), Cadence.WEEKLY, 4, 18)
    assert fitting(OFFER, asked) == asked


def test_what_is_not_offered_is_left_out() -> None:
    asked = Choices(("Tv", "crime", "x" * 10_000), Cadence.DAILY, 9, 99)
    assert fitting(OFFER, asked) == Choices(("tv",), Cadence.DAILY, 0, 6)
    assert fitting(Offered(), asked) == Choices()


def test_what_a_reader_had_may_be_kept() -> None:
    before = Choices(("crime",), Cadence.WEEKLY, 4, 18)
    assert fitting(Offered(), before, before) == before
    assert fitting(OFFER, Choices(("crime", "tv")), before).topics == ("crime", "tv")
    assert fitting(OFFER, Choices(()), before) == Choices((), Cadence.EACH, 0, 7)


def test_languages_and_zones_of_a_form() -> None:
    assert fitting_language(OFFER, "de") == "de"
    assert fitting_language(OFFER, "../../etc", "fr") == "fr"
    assert fitting_language(Offered(), "fr", "fr") == "fr"
    assert fitting_zone("Pacific/Auckland") == "Pacific/Auckland"
    assert fitting_zone("../../etc/passwd", "UTC") == "UTC"
    assert fitting_zone("") == ""
