from dataclasses import fields

from publisher.config import Brand
from publisher.config.validate import options
from publisher.rendering import brand as rendering
from tools.config_schema import NAMED, ONCE
from tools.options_page import PAGE, page, table


def test_the_page_has_every_option_as_the_models_have_it() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written, "run: make fix"
    for block in {**ONCE, **NAMED}:
        assert f"<!-- options: {block} -->" in written


def test_a_table_tells_of_every_option_what_it_is() -> None:
    for block, model in {**ONCE, **NAMED}.items():
        rows = [line.split(" | ") for line in table(block).splitlines()[2:] if line]
        assert [row[0].strip("| `") for row in rows] == list(options(model))
        assert all(len(row[2]) > len("None |") for row in rows), block


def test_defaults_stand_as_one_writes_them() -> None:
    text = table("newsletters")
    assert "| `max_lateness` | `6 hours` |" in text
    assert "| `ignore` | `[latest]` |" in text
    assert "| `sender` | **required** |" in text
    assert "| `fill` | `false` |" in text


def test_a_page_keeps_its_prose() -> None:
    old = "# A\n\n<!-- options: web -->\nold\n<!-- end -->\n\nB\n"
    new = page(old)
    assert new.startswith("# A\n\n<!-- options: web -->\n\n| option |")
    assert new.endswith("<!-- end -->\n\nB\n")
    assert "old" not in new
    assert page(new) == new


def test_a_brand_has_what_a_look_has() -> None:
    assert list(Brand.model_fields) == [each.name for each in fields(rendering.Brand)]
    assert rendering.Brand(**Brand().model_dump(exclude_none=True)) == rendering.Brand()
