import re

from publisher.content.frontmatter.fields import Fields
from publisher.content.generators import generators
from tools.front_matter_page import MEANINGS, PAGE, fields_of, page


def test_the_page_has_every_key_as_the_generators_have_it() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written, "run: make fix"
    assert set(MEANINGS) == set(Fields._fields)


def test_every_generator_and_every_key_is_there() -> None:
    written = PAGE.read_text(encoding="utf-8")
    for name in generators():
        section = written.split(f"### [{name}](generators/{name}.md)\n")[1].split("\n### ")[0]
        keys = set(re.findall(r"`([^`\n]+)`", section + written.split("## By generator")[0]))
        for names in fields_of(name):
            assert keys >= set(names), (name, names)


def test_a_page_keeps_its_prose() -> None:
    new = page("# A\n\n<!-- all -->\nold\n<!-- end -->\n\nB\n")
    assert new.startswith("# A\n\n<!-- all -->\n\n| `fields` |")
    assert new.endswith("<!-- end -->\n\nB\n")
    assert "old" not in new
