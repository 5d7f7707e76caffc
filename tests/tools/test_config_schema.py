import json
from pathlib import Path
from typing import Any

import yaml

from publisher import adapters
from publisher.config.site_facts import facts
from publisher.config.starter import starter
from publisher.config.validate import options
from tools.config_schema import FILE, NAMED, ONCE, schema, text

TOP = Path(__file__).parents[2]


def test_the_file_in_docs_is_what_the_models_say() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: make fix"


def test_every_option_of_every_block_is_there() -> None:
    blocks = schema()["properties"]
    blocks["content"] = blocks["content"]["anyOf"][0]
    for name, model in ONCE.items():
        assert list(blocks[name]["properties"]) == list(options(model))
    for name, model in NAMED.items():
        (block,) = blocks[name]["patternProperties"].values()
        assert list(block["properties"]) == list(options(model))


def test_every_option_of_every_adapter_is_there() -> None:
    (channel,) = schema()["properties"]["channels"]["patternProperties"].values()
    cases = {
        case["if"]["properties"]["adapter"]["const"]: case["then"] for case in channel["allOf"]
    }
    assert sorted(cases) == adapters.available()
    for word, then in cases.items():
        wanted = list(options(adapters.load(word).settings))
        assert set(wanted) <= set(then["properties"])
        assert set(channel["properties"]) <= set(then["properties"])
        assert not then["additionalProperties"]


def test_nothing_refers_to_what_is_not_there() -> None:
    assert '"$ref"' not in text()
    assert json.loads(text()) == schema()


def test_our_own_files_fit_it() -> None:
    for written in (
        (TOP / "config.yaml").read_text(encoding="utf-8"),
        starter(None, facts(None, TOP, {}), {}, TOP),
    ):
        for name, block in yaml.safe_load(written).items():
            described = schema()["properties"][name]
            _fits(block, described["anyOf"][0] if name == "content" else described, name)


def _fits(value: Any, rule: dict[str, Any], where: str) -> None:
    """The part of JSON Schema that tells a misspelt or misplaced option."""
    if rule.get("type") != "object":
        return
    assert isinstance(value, dict), where
    for name, inner in value.items():
        inside = [*rule.get("patternProperties", {}).values()] or [_rule(rule, value).get(name)]
        assert inside[0] is not None, f"{where}.{name}"
        if isinstance(inside[0], dict):
            _fits(inner, inside[0], f"{where}.{name}")


def _rule(rule: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = rule["properties"]
    for case in rule.get("allOf", []):
        if case["if"]["properties"]["adapter"]["const"] == value.get("adapter"):
            found = case["then"]["properties"]
    return found
