"""A Jigsaw site is recognised by what stands in its files, and nothing is executed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.generators.base import Found, FoundSource
from publisher.content.generators.jigsaw import Jigsaw
from publisher.content.generators.jigsaw.config_php import read_array

CONFIG = r"""<?php
use Illuminate\Support\Str;

return [
    'production' => false,
    "baseUrl" => 'http://localhost:8000', // where 'baseUrl' => 'x' is for us
    'siteName' => 'The Gazette\'s', # 'siteName' => 'y'
    /* 'title' => 'no', */
    'collections' => [
        'posts' => [
            'sort' => '-date',
            'filter' => function ($post) { return ['path' => 'x', $post[1]]; },
            'path' => '/articles/{-title}',
        ],
        'notes' => ['path' => fn ($page) => 'n/' . Str::slug($page->title), 'sort' => ['a', 'b']],
        'links',
        'people' => ['items' => fn () => []],
    ],
    'getDate' => function ($page) { return date('Y', $page->date); },
];
"""

NOTE = (
    "the path of collection notes is computed by PHP and cannot be read;"
    " set content.path in config.yaml"
)


def jigsaw(base: Path, **files: str) -> Path:
    for name, count in (("posts", 3), ("notes", 5), ("links", 1), ("layouts", 0)):
        folder = base / "source" / f"_{name}"
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{number}.md").write_text("---\n---\n")
    (base / "source" / "_layouts" / "main.blade.php").touch()
    for name, content in files.items():
        (base / f"{name.replace('_', '.')}.php").write_text(content)
    return base


def test_a_jigsaw_site_is_recognised(tmp_path: Path) -> None:
    base = jigsaw(
        tmp_path,
        config=CONFIG,
        config_production="<?php return array('production' => true, 'baseUrl' => 'https://g.example/');",
        bootstrap='<?php date_default_timezone_set( "Europe/London" );',
    )  # fmt: skip
    source = base / "source"
    assert Jigsaw.detect(base) == Found(
        root=base,
        seen="config.php",
        base_url="https://g.example",
        title="The Gazette's",
        timezone="Europe/London",
        sources=(
            FoundSource("posts", source / "_posts", "/articles/{-title}"),
            FoundSource("notes", source / "_notes"),
            FoundSource("links", source / "_links"),
        ),
        notes=(NOTE,),
    )


def test_what_is_not_plain_is_left_empty_and_said(tmp_path: Path) -> None:
    found = Jigsaw.detect(jigsaw(tmp_path, config="<?php return ['baseUrl' => env('URL') . '/x'];"))
    assert found is not None
    assert (found.base_url, found.title, found.timezone) == ("", "", "")
    assert [each.name for each in found.sources] == ["posts", "notes", "links"]
    assert any("baseUrl" in note for note in found.notes)


def test_another_folder_is_no_jigsaw_site(tmp_path: Path) -> None:
    assert Jigsaw.detect(tmp_path) is None
    assert Jigsaw.detect(tmp_path / "missing") is None
    (tmp_path / "config.php").write_text(CONFIG)
    assert Jigsaw.detect(tmp_path) is None
    (tmp_path / "config.php").unlink()
    assert Jigsaw.detect(jigsaw(tmp_path)) is None


@pytest.mark.parametrize(
    ("source", "array"),
    [
        ('<?php return [\'a\' => "b\\"c", \'d\' => "x $y"];', {"a": 'b"c', "d": None}),
        ("<?php return array('a' => array('b' => 'c',),);", {"a": {"b": "c"}}),
        ("<?php return ['x', 'a' => 'b'] + $more;", {"0": "x", "a": "b"}),
        ("<?php return ['a' => ['b'] + $c, 'd' => 'e'];", {"a": None, "d": "e"}),
        ("<?php $x = ['a' => 'b'];", {}),
        ("<?php return [", {}),
        ("<?php return ['a' => ", {"a": None}),
        ("<?php return ['a' => 'b", {"a": None}),
        ("return", {}),
        ("", {}),
    ],
)
def test_php_arrays(source: str, array: dict[str, object]) -> None:
    assert read_array(source) == array


def test_deep_nesting_is_harmless() -> None:
    assert read_array("<?php return " + "[" * 50_000) != {}


@given(st.text(alphabet="[](){},;=>'\"\\ ab$/*#\n", max_size=40))
def test_any_text_is_read_to_its_end(text: str) -> None:
    assert isinstance(read_array(f"<?php return [{text}];"), dict)
