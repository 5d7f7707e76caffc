import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.config import Channel, Config, load
from publisher.config.site_facts import facts
from publisher.config.starter import questions, scalar, starter
from publisher.content.generators import detect
from publisher.content.generators.base import Found, FoundSource

SITE = Path("/site")
SAMPLE = Path(__file__).parents[2] / "sample"
EVIL = 'A: "b" \\ # c\n- d ${HOME} $$ <e@f> {{ g }} \x07 Café'


def loaded(folder: Path, text: str) -> Config:
    (folder / "source" / "_posts").mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return load(folder / "config.yaml", {})


def written(site: Found | None, answers: Mapping[str, str], base: Path) -> str:
    return starter(site, facts(site, base, {"TZ": "UTC"}), answers, base)


def asked(site: Found | None, base: Path = SITE) -> list[str]:
    return [each.key for each in questions(site, facts(site, base, {"TZ": "UTC"}), base)]


def found(
    base_url: str = "https://news.example", title: str = "News", timezone: str = "Europe/Paris"
) -> Found:
    source = FoundSource("posts", Path("/site/source/_posts"), "/articles/{-title}")
    return Found(
        root=Path("/site"),
        seen="config.php",
        base_url=base_url,
        title=title,
        timezone=timezone,
        sources=(source,),
        generator="jigsaw",
    )


def test_a_plain_site_is_asked_nothing(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path, dirs_exist_ok=True)
    site = detect(tmp_path)
    assert asked(site, tmp_path) == []
    config = loaded(tmp_path, written(site, {}, tmp_path))
    assert config.site.title == "The Example Gazette"
    assert config.site.url == "https://gazette.example"
    assert config.site.zone == ZoneInfo("Europe/London")
    assert config.content[0].folder == tmp_path / "source" / "_posts"
    assert config.content[0].path == "/articles/{-title}"
    assert config.newsletters["daily"].sender == "The Example Gazette <news@gazette.example>"
    assert {channel.adapter for channel in config.channels.values()} == {"folder"}
    assert config.warnings == ()


def test_an_unknown_site_is_asked_everything_and_defaults_load(tmp_path: Path) -> None:
    assert asked(None) == ["folder", "title", "url"]
    config = loaded(tmp_path, written(None, {}, SITE))
    assert config.site.title == "My site"


def test_only_what_is_not_plain_is_asked(tmp_path: Path) -> None:
    site = found(base_url="", timezone="Mars/Olympus")
    assert asked(site) == ["url"]
    config = loaded(
        tmp_path, written(site, {"url": "http://www.own.example/", "language": "fr"}, SITE)
    )
    assert (config.site.url, config.site.timezone) == ("http://www.own.example", "UTC")
    assert config.site.language == "fr"
    assert config.newsletters["daily"].sender == "News <news@own.example>"


@pytest.mark.parametrize("title", [EVIL, "3", "yes", "- a", "'", "!", "a: b", "#x", "&a", "${A}"])
def test_any_title_is_kept(tmp_path: Path, title: str) -> None:
    config = loaded(tmp_path, written(found(title=title), {}, SITE))
    assert config.site.title == " ".join(title.replace("\x07", " ").split())


def test_answers_win_and_may_be_anything_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "my posts").mkdir()
    answers = {"title": EVIL, "folder": "my posts"}
    config = loaded(tmp_path, written(found(), answers, SITE))
    assert config.content[0].folder == tmp_path / "my posts"
    assert config.content[0].path == "", "the pattern was that of another folder"


def test_a_domain_beyond_ascii_still_gives_a_sender(tmp_path: Path) -> None:
    config = loaded(tmp_path, written(found(base_url="https://www.bücher.example"), {}, SITE))
    assert config.newsletters["daily"].sender == "News <news@xn--bcher-kva.example>"


def test_notes_stand_as_comments(tmp_path: Path) -> None:
    site = Found(
        root=SITE, seen="", notes=("the path is\ncomputed: look it up",), generator="jigsaw"
    )
    text = written(site, {}, SITE)
    assert "\n# the path is computed: look it up\n" in text
    loaded(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "as_yaml"),
    [
        ("Plain words, 3", "Plain words, 3"),
        ("yes", '"yes"'),
        ('say "x"', '"say \\"x\\""'),
        ("a: b", '"a: b"'),
        ("", '""'),
        ("$x", '"$$x"'),
    ],
)
def test_a_text_becomes_yaml(text: str, as_yaml: str) -> None:
    assert scalar(text) == as_yaml


def test_the_commented_examples_are_right_too(tmp_path: Path) -> None:
    text = written(found(), {}, SITE)
    mastodon = ("# fediverse:", "#   adapter: mastodon", "#   base_url: ")
    bluesky = ("# bluesky:", "#   adapter: bluesky", "#   handle: ")
    for line in (*mastodon, *bluesky, "# telegram: ", "# discord: ", "# slack: ", "# linkedin: "):
        old = next(each for each in text.splitlines() if each.strip().startswith(line))
        text = text.replace(old, old.replace("# ", "", 1), 1)
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "source" / "_posts").mkdir(parents=True)
    config = load(tmp_path / "config.yaml", {})  # every secret is for `publish connect`
    channels = ("fediverse", "bluesky", "telegram", "discord", "slack", "linkedin")
    assert all(isinstance(config.channels[each], Channel) for each in channels)


def test_several_sources_are_a_list(tmp_path: Path) -> None:
    sources = (
        FoundSource("my posts", tmp_path / "www" / "posts"),
        FoundSource("my posts", tmp_path / "www" / "fr", language="fr"),
        FoundSource("notes", tmp_path / "www" / "notes", path="/n/{filename}", language="en"),
        FoundSource("notes", tmp_path / "www" / "more notes"),
    )
    for each in sources:
        each.folder.mkdir(parents=True)
    site = replace(found(), sources=sources, language="en", root=tmp_path / "www")
    config = loaded(tmp_path, written(site, {}, tmp_path))
    assert [each.name for each in config.content] == ["my-posts", "my-posts-fr", "notes", "notes-2"]
    assert [each.folder for each in config.content] == [each.folder for each in sources]
    assert [each.language for each in config.content] == ["", "fr", "", ""]
    assert [each.path for each in config.content] == ["", "", "/n/{filename}", ""]
    assert {each.site for each in config.content} == {tmp_path / "www"}


def test_accounts_become_channels_to_uncomment() -> None:
    accounts = (
        "https://bsky.app/profile/ada.example",
        "https://hachyderm.io/@ada",
        "https://x.com/ada",
    )
    text = written(replace(found(), accounts=accounts), {}, SITE)
    assert "  # fediverse:  # https://hachyderm.io/@ada\n" in text
    assert "  #   base_url: https://hachyderm.io  # then: publish connect fediverse\n" in text
    assert "  # x:  # https://x.com/ada\n" in text
    assert "  # bluesky:  # https://bsky.app/profile/ada.example\n" in text
    assert "  #   handle: ada.example  # then: publish connect bluesky\n" in text
    assert "mastodon.example" not in text


@pytest.mark.parametrize("url", ["http://localhost:4000", "http://127.0.0.1/", "https://[::1]"])
def test_a_sender_needs_a_domain(tmp_path: Path, url: str) -> None:
    text = written(found(base_url=url), {}, SITE)
    assert '<news@example.org>"  # fill in' in text
    assert loaded(tmp_path, text).site.url == url.rstrip("/")


def test_a_description_is_kept(tmp_path: Path) -> None:
    config = loaded(tmp_path, written(replace(found(), description="All:\nthat's fit"), {}, SITE))
    assert config.site.description == "All: that's fit"
