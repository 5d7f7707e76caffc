"""Heads of every kind: read, salvaged, or named for what is wrong with them."""

import json
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from publisher.model.posts import Post, Status

Reads = Callable[..., Post]
LONDON = ZoneInfo("Europe/London")
DATE = "date: 2020-09-07-20-19-33"


def head(*lines: str, opener: str = "---", closer: str = "---") -> str:
    return "\n".join([opener, *lines, closer, "The body.", ""])


def test_the_first_users_shape(post: Reads) -> None:
    read = post(
        "---\nextends: _layouts.post\nsection: content\n"
        "image: https://images.example/a.jpg \n"
        "title: Council agrees\u00a0the  budget \n"
        "description: It took six hours. \n"
        "date: 2020-09-07-20-19-33 \ncategories: [latest, tv] \nfeatured: true \n--- \nBody\n"
    )
    assert read == Post(
        path="source/_posts/file-name.md",
        url="https://gazette.example/articles/council-agrees-the-budget",
        title="Council agrees the budget",
        description="It took six hours.",
        image="https://images.example/a.jpg",
        date=datetime(2020, 9, 7, 20, 19, 33, tzinfo=LONDON),
        categories=("latest", "tv"),
        featured=True,
    )


@pytest.mark.parametrize("title", ["3", "Yes", "2012-10-10", "null", "~", "010", "12:30", "1e3"])
def test_a_title_is_text_as_written(post: Reads, title: str) -> None:
    assert post(head(f"title: {title}", DATE)).title == title


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: #StandWithSophie marches on", "#StandWithSophie marches on"),
        ("title: Is #MeToo over", "Is #MeToo over"),
        ("title: &Sons wins", "&Sons wins"),
        ("title: [Update]", "[Update]"),
        ("title: [Update] Storm", "[Update] Storm"),
        ("title: {Update}", "{Update}"),
        ("title: !important news", "!important news"),
        ("title: News # not for readers", "News"),
        ('title: "News #1"', "News #1"),
        ("title: 'It''s # fine'", "It's # fine"),
        ("title: Fish &amp; chips cost &pound;9&nbsp;now&#039;", "Fish & chips cost £9 now'"),
        ("title: >\n  Two\n  lines", "Two lines"),
        ('title: "Tab\\tand\\u0007bell"', "Tab andbell"),
        ("title:\u00a0After a hard space", "After a hard space"),
    ],
)
def test_a_reader_sees_what_the_author_wrote(post: Reads, line: str, title: str) -> None:
    assert post(head(line, DATE)).title == title


@pytest.mark.parametrize(
    ("lines", "title", "description"),
    [
        (["title: ", "\tTabbed", "       ", "description: ", "\tToo", "    "], "Tabbed", "Too"),
        (["title: *Star* turns", "description: d"], "Star turns", "d"),
        (["title: & Sons", "description: d"], "& Sons", "d"),
        (["title: &#039;Quoted&#039; entity", "description: d"], "'Quoted' entity", "d"),
        (["title: 'Oh no!' he said", "description: 'd' e"], "'Oh no!' he said", "'d' e"),
        (["title: Lara: a life", "description: a: b: c"], "Lara: a life", "a: b: c"),
        (["title: t", "description: one", "two"], "t", "one two"),
        (["title: t", "description: one", "Two: three: four"], "t", "one Two: three: four"),
        (["title: `code`", "description: @home %"], "code", "@home %"),
        (['title: "Broken" \'quotes"', "description: d"], '"Broken" \'quotes"', "d"),
        (["title: - a list?", "description: ? what"], "- a list?", "? what"),
    ],
)  # fmt: skip
def test_a_broken_head_is_salvaged_key_by_key(
    post: Reads, lines: list[str], title: str, description: str
) -> None:
    read = post(head("extends: x", *lines, DATE, "categories: [latest, tv]"))
    assert (read.title, read.description) == (title, description)
    assert read.date == datetime(2020, 9, 7, 20, 19, 33, tzinfo=LONDON)
    assert read.categories == ("latest", "tv")
    assert read.status is Status.SALVAGED
    assert read.problem.startswith("the front matter is broken at `")
    assert read.problem_line in {3, 4, 6}


def test_a_broken_value_of_a_key_in_camel_case_stays_with_it(post: Reads) -> None:
    one = post(head("title: A", "date: 2021-06-15", "siteNavigation:", "  key: { { page } }"))
    assert (one.title, f"{one.date:%Y-%m-%d}") == ("A", "2021-06-15")
    assert "broken at `siteNavigation`" in one.problem


def test_a_salvaged_head_keeps_the_values_that_yaml_takes(post: Reads) -> None:
    read = post(
        head("title: a: b", "categories:", "  - tv", "  - news", "image:", "  src: /a.jpg", DATE)
    )
    assert read.categories == ("tv", "news")
    assert read.image == "https://gazette.example/a.jpg"
    assert read.problem_line == 2


def test_a_missing_closer_is_named_and_the_body_left_out(post: Reads) -> None:
    read = post(f"---\ntitle: Plain\n{DATE}\nBody text: with a colon\n\nMore.\n")
    assert (read.status, read.title) == (Status.SALVAGED, "Plain")
    assert read.date is not None
    assert "no closing ---" in read.problem
    assert read.problem_line == 1


def test_a_rule_in_the_body_does_not_close_the_head(post: Reads) -> None:
    read = post(f"---\ntitle: Plain\n{DATE}\n\nBody text.\n\n---\n\nMore.\n")
    assert (read.status, read.title) == (Status.SALVAGED, "Plain")
    assert read.date is not None


def test_a_missing_opener_is_named(post: Reads) -> None:
    read = post(f"title: Plain\n{DATE}\n---\nBody\n")
    assert (read.status, read.title) == (Status.SALVAGED, "Plain")
    assert "no opening ---" in read.problem


@pytest.mark.parametrize(
    "content",
    [
        head("title: T", DATE).replace("\n", "\r\n"),
        head("title: T", DATE).replace("\n", "\r"),
        "\ufeff" + head("title: T", DATE),
        "\n\n" + head("title: T", DATE),
        head("title: T", DATE, closer="...  "),
        head("title: T", DATE, opener="---  ", closer="---\t"),
        head("title: T", DATE, opener="-----", closer="-----"),
        head("title: T", "", "# a comment", DATE),
        head("title: old", "title: T", DATE),
        head('"title": T', DATE),
        head('title = "T"', 'date = "2020-09-07 20:19:33"', opener="+++", closer="+++"),
        head('title = "T"', "date = 2020-09-07T20:19:33", opener="+++", closer="+++"),
        head('{"title": "T",', '"date": "2020-09-07 20:19:33"}', opener="---json"),
        head('{"title": "T",', '"date": "2020-09-07 20:19:33"}', opener=";;;", closer=";;;"),
        json.dumps({"title": "T", "date": "2020-09-07 20:19:33"}) + "\n\nBody",
        json.dumps({"title": "T", "date": "2020-09-07 20:19:33"}, indent=2) + "\n",
        head("title: T", f"{DATE}").removesuffix("\nThe body.\n"),
        head("title: T", f"filler: {'x' * 9000}", DATE),
    ],
)  # fmt: skip
def test_a_head_in_any_known_dress_is_read(post: Reads, content: str) -> None:
    read = post(content)
    assert (read.status, read.problem) == (Status.OK, "")
    assert read.title == "T"
    assert read.date == datetime(2020, 9, 7, 20, 19, 33, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("content", "status", "words", "line"),
    [
        ("", Status.NO_FRONT_MATTER, "the file is empty", 1),
        ("Just text.\n", Status.NO_FRONT_MATTER, "no front matter", 1),
        ("---\n---\nBody\n", Status.NO_FRONT_MATTER, "the front matter is empty", 1),
        ("---\n\n \n---\nBody\n", Status.NO_FRONT_MATTER, "the front matter is empty", 1),
        ("---\n# nothing\n---\nBody\n", Status.NO_FRONT_MATTER, "comments only", 1),
        ("Title: X\nDate: 2020-01-01\n\nBody\n", Status.UNREADABLE, "looks like Pelican's", 1),
        (".. title: X\n.. date: 2020-01-01\n", Status.UNREADABLE, "looks like Nikola's", 1),
        ("---\n- a\n- b\n---\n", Status.UNREADABLE, "is broken", 2),
        ("---\nno head at all\n---\n", Status.UNREADABLE, "is broken", 2),
        ("+++\ntitle = 'a\n+++\n", Status.UNREADABLE, "the TOML front matter is broken", 2),
        ('---json\n{"title": }\n---\n', Status.UNREADABLE, "the JSON front matter is broken", 2),
        ("---json\n[]\n---\n", Status.UNREADABLE, "is not an object", 2),
        ("+++\ntitle = 'a'\n", Status.UNREADABLE, "never ends", 1),
        ("---\n" + "word " * 100_000, Status.UNREADABLE, "never ends within 256 KiB", 1),
        ("---\ntitle: T\n---\n", Status.UNDATED, "no date", 1),
        ("---\ntitle: T\n\ndate: 2018-02-31\n---\n", Status.UNDATED, "impossible date", 4),
        ("---\ntitle: T\ndate: soon\n---\n", Status.UNDATED, "known format", 3),
        ("---\ntitle: a: b\ndate: soon\n---\n", Status.UNDATED, "broken at `title`", 3),
        (b"---\ntitle: \x00\n---\n", Status.UNREADABLE, "not a text file", None),
        ("---\na: " + "[" * 200_000 + "\n---\n", Status.UNREADABLE, "broken", 2),
        ("---\n" + "- " * 100_000 + "\n---\n", Status.UNREADABLE, "nested too deeply", 2),
        ('{"a": ' + "[" * 200_000, Status.UNREADABLE, "the JSON front matter is broken", 1),
    ],
)
def test_what_is_wrong_is_told_apart_and_located(
    post: Reads, content: str | bytes, status: Status, words: str, line: int | None
) -> None:
    read = post(content)
    assert read.status is status
    assert words in read.problem
    assert ";" in read.problem, "it says how to mend it"
    assert "\n" not in read.problem
    assert read.problem_line == line


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("latin-1", "Windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
def test_another_encoding_is_read_and_named(post: Reads, encoding: str, name: str) -> None:
    read = post(head("title: Café à la carte", DATE).encode(encoding))
    assert (read.status, read.title) == (Status.SALVAGED, "Café à la carte")
    assert read.problem == f"the file is {name}, not UTF-8; save it as UTF-8"


def test_only_the_body_of_another_encoding_does_not_matter(post: Reads) -> None:
    assert post(head("title: T", DATE).encode() + b"\xe9" * 9000).status is Status.OK


def test_a_head_cut_inside_a_character_is_no_problem(post: Reads) -> None:
    filler = "x" * (4096 - len(f"---\ntitle: T\n{DATE}\nfiller: ") - 1)
    read = post(head("title: T", DATE, f"filler: {filler}éé"))
    assert (read.status, read.title) == (Status.OK, "T")


def test_aliases_that_multiply_stay_small(post: Reads) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}x]" for n in range(1, 40))]
    assert post(head(*lines, "title: T", DATE)).title == "T"


@pytest.mark.parametrize(
    "line",
    [
        "null", "~", "", "false", "no", "true", "[]", "[a, b]", "{}", "{en: text}", "2026-11-20",
        "2026-11-20 07:00:00 +0200", "undefined", ".nan", "!!null x", "!!bool yes", "!!binary SGk=",
        "''",
    ],
)  # fmt: skip
def test_what_is_no_text_is_no_description(post: Reads, line: str) -> None:
    read = post(head("title: T", f"description: {line}", DATE), excerpt="none")
    assert (read.status, read.description) == (Status.OK, "")
    assert post(head("title: T", f"description: {line}", "summary: S", DATE)).description == "S"


@pytest.mark.parametrize(
    ("line", "description"),
    [
        ("42", "42"),
        ("3.5", "3.5"),
        ('"null"', "null"),
        ("'false'", "false"),
        ("Null and void", "Null and void"),
        ("[Exclusive]", "[Exclusive]"),
        ("2026 was good", "2026 was good"),
    ],
)
def test_what_reads_like_another_type_and_is_text_stays(
    post: Reads, line: str, description: str
) -> None:
    assert post(head("title: T", f"description: {line}", DATE)).description == description


@pytest.mark.parametrize("value", [None, False, True, [], {}, {"a": 1}])
def test_values_of_json_are_no_description_either(post: Reads, value: object) -> None:
    date = "2020-09-07 20:19:33"
    assert post(json.dumps({"title": "T", "description": value, "date": date})).description == ""


@pytest.mark.parametrize("value", ["false", "[]", "2026-11-20", "{a = 1}"])
def test_values_of_toml_are_no_description_either(post: Reads, value: str) -> None:
    lines = ['title = "T"', f"description = {value}", 'date = "2020-09-07 20:19:33"']
    assert post(head(*lines, opener="+++", closer="+++"), excerpt="none").description == ""


def test_titles_and_descriptions_without_end_are_cut_and_named(post: Reads) -> None:
    read = post(head("title: " + "word " * 1_000, DATE))
    assert len(read.title) <= 500 and read.title.endswith("word\u2026")
    assert read.problem == "the title has 4,999 characters, so it is cut; shorten it"
    read = post(head("title: T", "description: " + "x" * 9_000, DATE))
    assert len(read.description) == 5_000
    assert read.problem_line == 3


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["x: !!bool maybe"], 4),
        (['x: !!int ""'], 4),
        (["x: !!timestamp foo"], 4),
        (["y: z", "x:", "  - a: !!float b"], 6),
        (["x: !!str [a]"], 4),
        (["x: !!python/object:os.system a"], 4),
        (["x: !!int 0x" + "f" * 5_000], 4),
    ],
)
def test_a_value_that_does_not_fit_its_tag_is_located(
    post: Reads, lines: list[str], line: int
) -> None:
    read = post(head("title: T", DATE, *lines))
    assert (read.status, read.problem_line) == (Status.UNREADABLE, line)
    assert read.problem.startswith("the front matter is broken: ") or "digits" in read.problem


def test_any_error_around_one_file_is_that_files(
    post: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("publisher.content.generators.base.read_metadata", failing)
    read = post(head("title: T", DATE))
    assert read.status is Status.UNREADABLE
    assert "ZeroDivisionError" in read.problem


def test_half_a_character_never_reaches_the_database(post: Reads) -> None:
    read = post(
        json.dumps({"title": "Half \ud800", "lang": "\ud800", "date": "2020-09-07 20:19:33"})
    )
    assert (read.status, read.title, read.language) == (Status.OK, "Half", "")


def test_a_line_of_blanks_takes_no_time(post: Reads) -> None:
    assert post(head(f"title: a{' ' * 200_000}b", DATE)).title == "a b"
    assert post(head(f"title: a{' ' * 200_000}#b", DATE)).title == "a #b"
