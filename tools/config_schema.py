"""The JSON Schema by which editors complete and check config.yaml.

`python -m tools.config_schema` writes it to docs/reference/config.schema.json.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from publisher import adapters
from publisher.config.options.archive import Archive
from publisher.config.options.forms import Forms
from publisher.config.options.mailbox import Bounces, Mailbox
from publisher.config.options.sending import Announcement, Channel, Newsletter
from publisher.config.options.site import Block, Brand, Content, Notify, Runner, Site, Web
from publisher.config.options.syndication import Syndication
from publisher.config.options.values import DEFAULT_DATABASE
from publisher.config.own_words import CATEGORIES
from publisher.content.generators import generators
from publisher.durations import spell

FILE = Path(__file__).parents[1] / "docs" / "reference" / "config.schema.json"
ONCE: dict[str, type[Block]] = {
    "site": Site,
    "content": Content,
    "runner": Runner,
    "web": Web,
    "archive": Archive,
    "syndication": Syndication,
    "brand": Brand,
    "notify": Notify,
    "mailbox": Mailbox,
    "bounces": Bounces,
    "forms": Forms,
}
NAMED: dict[str, type[Block]] = {
    "channels": Channel,
    "newsletters": Newsletter,
    "announcements": Announcement,
}
_NAME = "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"


def schema() -> dict[str, Any]:
    """The schema of a whole file, in the words of JSON Schema draft 7."""
    blocks = {name: _inlined(_block(model)) for name, model in ONCE.items()}
    blocks["content"]["properties"]["generator"]["enum"] = generators()
    blocks["database"] = {
        "type": "string",
        "default": DEFAULT_DATABASE,
        "description": "Where rows are kept: sqlite:///FILE or postgresql://USER@HOST/NAME.",
    }
    blocks["words"] = _words()
    one = blocks["content"]
    blocks["content"] = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
    kinds = blocks["runner"]["properties"]["kind"]["enum"]
    blocks["runner"] |= {"type": ["object", "string"]}
    blocks["runner"]["anyOf"] = [{"type": "object"}, {"enum": kinds}]
    for name in ("newsletters", "announcements"):
        blocks[name] = _named(_inlined(_block(NAMED[name])))
    blocks["channels"] = _named(_channel())
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Publisher's config.yaml",
        "type": "object",
        "required": ["site", "content"],
        "properties": blocks,
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }


def shown(value: Any) -> Any:
    """A default as one would write it in config.yaml."""
    if isinstance(value, timedelta):
        return spell(value) if value else "0"
    if isinstance(value, SecretStr):
        return ""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    plain = value is None or isinstance(value, str | int | float | dict)
    return value if plain else str(value)


def _block(model: type[BaseModel]) -> dict[str, Any]:
    whole = model.model_json_schema()
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    properties = {
        name: _property(found, fields[name]) for name, found in whole["properties"].items()
    }
    needed = [name for name, info in fields.items() if info.is_required()]
    described = {"$defs": whole["$defs"]} if "$defs" in whole else {}
    return {
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
        **described,
    }


def _property(found: dict[str, Any], info: FieldInfo) -> dict[str, Any]:
    own = {key: value for key, value in found.items() if key not in {"title", "default"}}
    return (
        own
        if info.is_required() or info.default is None
        else own | {"default": shown(info.default)}
    )


def _words() -> dict[str, Any]:
    forms = {"type": "object", "propertyNames": {"enum": list(CATEGORIES)}}
    text = {"type": ["string", "object"], "anyOf": [{"type": "string"}, forms]}
    return {
        "type": "object",
        "description": "Your own words by language and by the English text.",
        "additionalProperties": {"type": "object", "additionalProperties": text},
    }


def _named(block: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "patternProperties": {_NAME: block}, "additionalProperties": False}


def _channel() -> dict[str, Any]:
    """Each adapter has options of its own; those of other people's adapters are not known here."""
    shared = _inlined(_block(Channel))["properties"]
    words = adapters.available()
    adapter = {**shared["adapter"], "anyOf": [{"enum": words}, {"pattern": r"\."}]}
    return {
        "type": "object",
        "required": ["adapter"],
        "properties": {**shared, "adapter": adapter},
        "allOf": [_when(word, shared) for word in words],
    }


def _when(word: str, shared: Iterable[str]) -> dict[str, Any]:
    own = _inlined(_block(adapters.load(word).settings))
    properties = {**dict.fromkeys(shared, True), **own["properties"]}
    return {
        "if": {"properties": {"adapter": {"const": word}}, "required": ["adapter"]},
        "then": {
            "properties": properties,
            "required": own["required"],
            "additionalProperties": False,
        },
    }


def _inlined(block: dict[str, Any]) -> dict[str, Any]:
    """The block with its few shared types written out where they are used."""
    types = block.pop("$defs", {})

    def replaced(value: dict[str, Any]) -> dict[str, Any]:
        meant = types.get(str(value.get("$ref", "")).rpartition("/")[2], {})
        whole = {**meant, **value}
        named = {key for key in ("$ref", "title") if isinstance(whole.get(key), str)}
        return {key: inside(each) for key, each in whole.items() if key not in named}

    def inside(value: Any) -> Any:
        if isinstance(value, list):
            return [inside(each) for each in value]
        return replaced(value) if isinstance(value, dict) else value

    return replaced(block)


def text() -> str:
    """The file's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
