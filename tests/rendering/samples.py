"""Posts and a site of this project's own writing, for golden files and the browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from publisher.model.posts import Pick, Post
from publisher.rendering.brand import Brand, Site

SITE = "https://gazette.example"
Golden = Callable[[str, str], None]
SLOT = datetime(2026, 4, 18, 6, tzinfo=UTC)


def gazette(brand: Brand | None = None) -> Site:
    return Site(
        title="The Example Gazette",
        url=SITE,
        language="en-GB",
        zone=ZoneInfo("Europe/London"),
        address="The Example Gazette, 12 Mill Lane, Ludlow SY8 1AA, United Kingdom",
        description="News of a small town",
        brand=brand or Brand(),
    )


LIBRARY = (
    "By two in the morning a chain of neighbours stood on the stairs, passing atlases, novels and "
    "the whole of local history from hand to hand. Not one was lost, and the ground floor opens "
    "again in June."
)
COMET = (
    "Year 10 pupils spotted it while they were measuring something else entirely, and the "
    "International Astronomical Union has now confirmed what they saw."
)
STORIES = (
    (
        "The night the river came into the library, and how the town carried 9,000 books upstairs",
        LIBRARY,
        "news",
        "library",
    ),
    (
        "Allotment waiting list falls below a hundred for the first time since 2009",
        "Half plots and a seed library have let 140 new gardeners start this spring.",
        "gardens",
        "allotment",
    ),
    ("A telescope in the school attic finds its first comet", COMET, "science", "comet"),
    (
        "Late bus to Craven Arms returns, and drivers want it to stay",
        "The 23:10 runs again from Monday. Whether it lasts the summer depends on who gets on.",
        "transport",
        "bus",
    ),
    (
        "“We bake until the flour is gone”: six months of the co-operative bakery",
        "Forty members, two ovens, one very old sourdough, and a queue that starts before sunrise.",
        "food",
        "bread",
    ),
    ("Town council meets on Thursday: what is on the paper", "", "local-politics", ""),
    (
        "Women\u2019s eleven win away for the fifth time running",
        "A hat-trick inside twenty minutes settled it before the rain did.",
        "sports",
        "match",
    ),
)


def post(number: int, picture: str = "{}.jpg") -> Post:
    title, description, category, image = STORIES[number]
    return Post(
        path=f"posts/{number}.md",
        url=f"{SITE}/articles/{number}",
        title=title,
        description=description,
        image=f"{SITE}/pictures/{picture.format(image)}" if image else "",
        date=SLOT - timedelta(hours=number),
        categories=("latest", category),
    )


def picks(leads: int = 1) -> list[Pick]:
    numbers = range(len(STORIES))
    return [Pick(post(number), "lead" if number < leads else "latest") for number in numbers]


def sectioned() -> list[Pick]:
    roles = ("lead", "latest", "science", "latest", "food", "food", "science")
    return [Pick(post(number), role) for number, role in enumerate(roles)]
