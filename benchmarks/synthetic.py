"""A made-up Jigsaw site of many posts, of the first user's shape; the same for the same seed."""

import random
from datetime import datetime, timedelta
from pathlib import Path

CONFIG = """\
site:      {title: The Example Gazette, url: https://gazette.example, timezone: Europe/London, language: en}
content:   {folder: source/_posts, generator: jigsaw, path: "/articles/{-title}"}
database:  sqlite:///queue/publisher.db
channels:
  mail:      {adapter: folder}
  fediverse: {adapter: folder}
newsletters:
  daily:     {channel: mail, sender: "The Example Gazette <news@gazette.example>", schedule: "every day at 07:00",
              featured: 1, latest: 8, per_category: 2, min_posts: 1, template: digest}
announcements:
  social:    {channels: [fediverse], schedule: "every day at 09:00, 12:30, 18:00", pick: featured, per_slot: 1, max_age: 48h}
"""  # noqa: E501 - the shape that the documents show
POST = """\
---
extends: _layouts.post
section: content
image: https://images.gazette.example/{image}.jpg{blank}
title: {title}{blank}
description: {description}{blank}
date: {date}{blank}
categories: [latest, {category}]{blank}
featured: true{blank}
---{blank}
{body}
"""
CATEGORIES = {"tv": 30, "news": 28, "sports": 13, "latest": 12, "female": 7, "business": 3}
CATEGORIES |= {"science": 2, "health": 1, "travel": 1, "usa": 1, "politics": 1, "world": 1}
SYLLABLES = ["ba", "cor", "din", "el", "fra", "gos", "hul", "im", "jor", "kel", "lum", "mar", "no"]
A_DAY = 800


def make_site(folder: Path, count: int, now: datetime, seed: int = 2020) -> None:
    """Write `count` posts and a config.yaml into `folder`; the newest post is an hour old at `now`.

    A post is about 5 kB, as the first user's are.
    """
    rng = random.Random(seed)  # noqa: S311 - made-up words
    vocabulary = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(4_000)]
    bodies = [_body(vocabulary, rng) for _ in range(200)]
    posts = folder / "source" / "_posts"
    posts.mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    for number in range(count):
        title = " ".join(rng.choices(vocabulary, k=rng.randint(9, 15))).capitalize()
        date = now - timedelta(hours=1, seconds=number * 86_400 // A_DAY + rng.randrange(60))
        text = POST.format(
            image=number,
            title=title,
            description=" ".join(rng.choices(vocabulary, k=25)).capitalize() + ".",
            date=f"{date:%Y-%m-%d-%H-%M-%S}",
            category=rng.choices(list(CATEGORIES), list(CATEGORIES.values()))[0],
            body=rng.choice(bodies),
            blank=" ",
        )
        name = title.lower().replace(" ", "_")
        (posts / f"{name}_{number}.md").write_text(text, encoding="utf-8")


def _body(vocabulary: list[str], rng: random.Random) -> str:
    paragraphs = (
        " ".join(rng.choices(vocabulary, k=rng.randint(25, 50))).capitalize()
        for _ in range(rng.randint(8, 26))
    )
    return ".\n\n".join(paragraphs) + "."
