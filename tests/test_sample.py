"""The sample site keeps the shape, and the faults, of the site that it stands for."""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from publisher.config import Config, load
from publisher.content.reader import Reading, read_site
from publisher.content.source import Source
from publisher.model.posts import Status

TOP = Path(__file__).parents[1]
POSTS = sorted((TOP / "sample" / "source" / "_posts").iterdir())
PICTURES = TOP / "sample" / "source" / "assets" / "images"
AT = datetime.fromisoformat("2026-05-15T07:00+01:00")
HEAD = re.compile(
    r"---\nextends: _layouts\.post\nsection: content\n"
    r"image: https://gazette\.example/assets/images/(?P<image>\w+\.jpg) \n"
    r"title: (?P<title>[^\n]+) \ndescription: (?P<description>[^\n]+) \n"
    r"date: 2026-05-1[1-4]-\d\d-\d\d-\d\d \n"
    r"categories: \[latest, (?P<category>[a-z]+)\] \nfeatured: true \n--- \n"
)


@pytest.fixture(scope="module")
def config() -> Config:
    return load(TOP / "config.yaml", {})


@pytest.fixture(scope="module")
def reading(config: Config) -> Reading:
    site, content = config.site, config.content[0]
    return read_site(
        [Source(Path(content.folder or ""), config.folder, site.url, site.zone, path=content.path)],
        None,
        lambda: AT,
    )


def test_the_example_needs_no_account_and_no_warning(config: Config) -> None:
    assert config.warnings == ()
    assert {channel.adapter for channel in config.channels.values()} == {"folder"}
    assert set(config.newsletters) == {"daily"}
    assert set(config.announcements) == {"social"}


@pytest.mark.parametrize("file", POSTS, ids=lambda file: file.name)
def test_every_post_has_the_shape(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    head = HEAD.match(text)
    assert head is not None
    assert (PICTURES / head["image"]).is_file()
    assert len(text[head.end() :].strip()) > 100


def test_there_are_a_dozen_categories_and_pictures() -> None:
    heads = [HEAD.match(file.read_text(encoding="utf-8")) for file in POSTS]
    assert len({head["category"] for head in heads if head}) >= 12
    pictures = sorted(PICTURES.iterdir())
    assert len(pictures) == 12
    assert {head["image"] for head in heads if head} == {picture.name for picture in pictures}
    for picture in pictures:
        assert picture.read_bytes()[:3] == b"\xff\xd8\xff"
        assert picture.stat().st_size <= 60_000


def test_every_post_is_read_and_one_head_salvaged(reading: Reading) -> None:
    assert len(reading.posts) == len(POSTS) == 44
    assert Counter(post.status for post in reading.posts) == {Status.OK: 43, Status.SALVAGED: 1}
    (broken,) = [post for post in reading.posts if post.status is Status.SALVAGED]
    assert broken.title == "Regatta on Saturday: what to see, where to stand, when to cheer"
    assert all(post.featured and "latest" in post.categories for post in reading.posts)


def test_it_has_the_faults_it_is_to_show(reading: Reading) -> None:
    (copy,) = [post for post in reading.posts if post.path.endswith(" 2.md")]
    assert [post.url for post in reading.posts].count(copy.url) == 2
    seconds = Counter(post.date for post in reading.posts if post is not copy)
    assert sorted(seconds.values())[-2:] == [1, 2]
    texts = [file.read_text(encoding="utf-8") for file in POSTS]
    assert any(
        "title: Sleeper train to the coast will run all\u00a0summer" in text for text in texts
    )
    assert any("title: Fish &amp; chips" in text for text in texts)
    assert any(post.title.startswith("Fish & chips") for post in reading.posts)
    ferries = [
        post.title for post in reading.posts if post.title.startswith("Ferry to Gull Island")
    ]
    assert len(ferries) == len(set(ferries)) == 2


def test_the_moment_of_the_demonstration_is_after_the_newest_post(reading: Reading) -> None:
    dates = [post.date for post in reading.posts if post.date]
    assert max(dates).isoformat() == "2026-05-14T18:35:20+01:00"
    assert max(dates) < AT
    assert (max(dates) - min(dates)).days == 3
