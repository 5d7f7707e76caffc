"""`publish check` on what keeps posts from readers: addresses, generators, dates."""

import json
from pathlib import Path

import pytest

from publisher.cli.checks.findings import lines
from publisher.content import generators
from publisher.content.generators.base import Found, FoundSource, Sure
from publisher.errors import Problem
from publisher.rendering.source_texts import source_texts
from tests.cli.conftest import CONFIG, Terminal

JIGSAW = "<?php return ['collections' => ['posts' => [%s]]];"


def set_url(site: Terminal, url: str) -> None:
    text = CONFIG.replace("https://gazette.example", url)
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("url", ["https://example.org/blog", "https://yourname.github.io"])
def test_a_placeholder_is_a_problem(site: Terminal, url: str) -> None:
    set_url(site, url)
    told = site.publish("check", "--offline", code=1)
    assert f"config.yaml:1: site.url: {url} is a placeholder; write the address" in told


def test_an_address_of_this_machine_is_a_warning(site: Terminal) -> None:
    set_url(site, "http://localhost:4000")
    told = site.publish("check", "--offline")
    assert "config.yaml:1: site.url: http://localhost:4000 leads to this machine only" in told


def languages_told(site: Terminal, config: str) -> list[str]:
    (site.folder / "config.yaml").write_text(config, encoding="utf-8")
    told = site.publish("check", "--offline").splitlines()
    return [line for line in told if "no translation" in line]


@pytest.mark.parametrize(("language", "told"), [("sv-FI", 1), ("de-AT", 0), ("en", 0)])
def test_a_language_without_words_is_a_warning(site: Terminal, language: str, told: int) -> None:
    found = languages_told(site, CONFIG.replace("site: {", f"site: {{language: {language}, "))
    assert len(found) == told
    for line in found:
        assert line.startswith("config.yaml:1: site.language: ")
        assert "have no translation into sv-FI; translate them in words:" in line


def test_a_language_in_the_owners_words_is_none(site: Terminal) -> None:
    config = CONFIG.replace("site: {", "site: {language: sv, ")
    (some,) = languages_told(site, f"{config}words: {{sv: {{Unsubscribe: Avsluta}}}}\n")
    texts = {text: {"sv": text} for text in source_texts()}
    assert f"{len(texts) - 1} of {len(texts)} texts" in some
    words = {"sv": {text: text for text in texts}}
    assert languages_told(site, f"{config}words: {json.dumps(words)}\n") == []


def test_a_language_that_readers_may_choose_is_looked_at(site: Terminal) -> None:
    config = CONFIG.replace("daily: {", "daily: {choices: {languages: [en, sv, fr]}, ")
    (told,) = languages_told(site, config)
    assert "newsletters.daily.choices.languages: " in told
    assert "into sv; " in told


def test_a_text_of_a_template_of_ones_own_is_looked_at(site: Terminal) -> None:
    (site.folder / "templates").mkdir()
    note = site.folder / "templates" / "note.txt.j2"
    note.write_text("{{ _('Fresh:') }} {{ lead }} {{ url }}", encoding="utf-8")
    config = CONFIG.replace("site: {", "site: {language: de-AT, ")
    (told,) = languages_told(site, config)
    assert ": 1 of " in told and "texts, such as 'Fresh:', have no translation into de-AT" in told
    assert languages_told(site, f"{config}words: {{de: {{'Fresh:': 'Frisch:'}}}}\n") == []


def test_two_posts_under_one_address_are_both_named(site: Terminal) -> None:
    for name, day in (("a.md", "03"), ("b.md", "04"), ("c.md", "05")):
        site.post(name, "title: The same", f"date: 2026-05-{day}")
    site.post("d.md", "title: The same", "date: 2026-05-06", "draft: true")
    first, second = site.json("check", "--offline")
    assert (first["file"], second["file"]) == ("source/_posts/a.md", "source/_posts/b.md")
    assert {first["where"], second["where"]} == {"same-url"}
    assert first["problem"] == (
        "it has the address of source/_posts/c.md: https://gazette.example/articles/the-same"
    )


def test_a_post_without_a_page_is_a_warning(site: Terminal) -> None:
    (site.folder / "config.php").write_text(JIGSAW % "'sort' => '-date'")
    site.post("data.md", "title: Data", "date: 2026-05-04")
    site.post("own.md", "title: Own", "date: 2026-05-03", "extends: _layouts.post")
    done = site.run("check", "--offline")
    assert done.returncode == 0
    assert "source/_posts/data.md:1: Jigsaw makes no page of it, because it extends" in done.stdout
    (site.folder / "config.php").write_text(JIGSAW % "'extends' => '_layouts.post'")
    assert "no page" not in site.run("check", "--offline").stdout


def test_a_site_none_of_whose_posts_has_an_address_is_a_problem(site: Terminal) -> None:
    for other in (site.folder / "source/_posts").iterdir():
        other.unlink()
    (site.folder / "config.php").write_text(JIGSAW % "'sort' => '-date'")
    site.post("data.md", "title: Data", "date: 2026-05-04")
    told = site.publish("check", "--offline", code=1)
    assert "content: no post has an address, so nothing is sent" in told


def test_what_is_wrong_with_a_draft_is_no_problem(site: Terminal) -> None:
    site.post("undated.md", "title: Later", "draft: true")
    site.post("odd.md", "title: Later", "date: 2026-05-04", "draft: true", "featured: perhaps")
    done = site.run("check", "--offline")
    assert done.returncode == 0
    assert "undated.md" not in done.stdout
    assert "odd.md:5: featured is neither" in done.stdout


def test_a_note_is_repeated_until_the_option_is_set(site: Terminal) -> None:
    (site.folder / "config.php").write_text(JIGSAW % "'path' => fn () => 1, 'extends' => 'x'")
    note = "posts: the path of collection posts is computed by PHP"
    assert note not in site.run("check", "--offline").stderr, "content.path is set"
    text = CONFIG.replace(', path: "/articles/{-title}"', "")
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    told = site.run("check", "--offline").stderr
    assert note in told
    assert "baseUrl" not in told, "site.url is always set"


@pytest.fixture
def quill(monkeypatch: pytest.MonkeyPatch) -> list[Sure]:
    """Another generator that knows the site, as sure as the list says."""
    known, sure = generators.detect_by, [Sure.CERTAIN]

    def detect_by(name: str, folder: Path) -> Found | None:
        if name != "plain":
            return known(name, folder)
        source = FoundSource("posts", folder)
        found = Found(root=folder, seen="quill.toml", sure=sure[0], sources=(source,))
        return Found(root=found.root, seen=found.seen, sure=found.sure, generator="quill")

    monkeypatch.setattr(generators, "detect_by", detect_by)
    return sure


def test_a_site_of_another_generator_is_a_warning(site: Terminal, quill: list[Sure]) -> None:
    told = site.publish("check", "--offline")
    assert "config.yaml:2: content: this looks like a quill site (quill.toml); set gen" in told
    quill[0] = Sure.GUESS
    assert "quill" not in site.publish("check", "--offline")


def test_of_two_that_are_equally_sure_the_other_is_mentioned(
    site: Terminal, quill: list[Sure]
) -> None:
    (site.folder / "config.php").write_text(JIGSAW % "'extends' => 'x'")
    done = site.run("check", "--offline")
    assert done.stdout == ""
    quill[0] = Sure.LIKELY
    assert "quill" not in site.run("check", "--offline").stderr


def test_hundreds_of_one_kind_are_a_few_lines(site: Terminal) -> None:
    for number in range(40):
        site.post(f"undated-{number}.md", f"title: Number {number}")
    done = site.run("check", "--offline")
    assert done.stdout.count("undated: no date") == 5
    assert done.stdout.endswith("  and 35 more like it: publish check --all\n")
    assert "40 problems" in done.stderr
    assert site.run("check", "--offline", "--all").stdout.count("undated: no date") == 40
    assert len(site.json("check", "--offline", code=1)) == 40


def test_kinds_are_told_apart_by_their_words_not_by_what_they_name() -> None:
    same = [Problem(f"{n}.md", n, "", f"'{n}' is no date for /a/{n}.html") for n in range(9)]
    other = [Problem(f"{n}.md", n, "", f"{n} is no title") for n in range(6)]
    shown = list(lines([*same, *other]))
    assert shown[5] == "  and 4 more like it: publish check --all"
    assert len(shown) == 12, "one line would be saved by no line"
    assert len(list(lines(same, whole=True))) == 9
