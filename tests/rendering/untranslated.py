"""Finds what readers would see in English whatever their language, in a template as it stands."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from zoneinfo import available_timezones

from jinja2 import nodes

from publisher.rendering.source_texts import source_texts
from publisher.rendering.templates import TEXT, Templates

SHOWN = frozenset({"alt", "title", "aria-label", "aria-description", "placeholder", "label"})
"""Attributes that people read or hear."""
UNSEEN = frozenset({"style", "script", "mj-style", "svg"})
SAYS = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})
_LETTERS = re.compile(r"[^\W\d_]")
# An entity, or an attribute that a macro writes into somebody's tag.
_UNSAID = re.compile(r"&#?\w+;|[a-z-]+=\"[^\"]*\"")
_KEYS = {nodes.Pair: ("key",), nodes.Getitem: ("arg",), nodes.Compare: ("expr", "ops")}
_WORDS = re.compile(r"^[A-Z][a-z]+|[a-z]{2,} [a-z]{2,}")
_LATIN = re.compile(r"[A-Za-z]+")
_SAID = re.compile("⟦[^⟦⟧]*⟧|https?://\\S+")
_CODE = re.compile(r"[:;={}<>/%#]|(?:^| )\.")


def untranslated(templates: Templates, name: str) -> list[str]:
    """Each literal text of a template that is inside no translation."""
    tree = templates.environment.parse(templates.source(name), name)
    plain = "".join(_literal(tree))
    written = [plain] if name.endswith(TEXT) else _Markup(plain).texts
    return [*(" ".join(each.split()) for each in written if _is_said(each)), *_constants(tree)]


def _literal(tree: nodes.Template) -> Iterator[str]:
    """What stands between Jinja's signs, each of which is a blank."""
    for output in tree.find_all(nodes.Output):
        for each in output.nodes:
            yield each.data if isinstance(each, nodes.TemplateData) else " "


def _is_said(text: str) -> bool:
    return bool(_LETTERS.search(_UNSAID.sub("", text)))


def _constants(tree: nodes.Node) -> Iterator[str]:
    """Texts inside expressions that look like words; code, styles and keys do not."""
    for node in tree.iter_child_nodes(exclude=_KEYS.get(type(tree), ())):
        if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in SAYS:
            for value in node.kwargs:
                yield from _constants(value)
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            if _WORDS.search(node.value) and not _CODE.search(node.value):
                yield node.value
        else:
            yield from _constants(node)


class _Markup(HTMLParser):
    """The texts of HTML or MJML, attributes that people read among them."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: list[str] = []
        self._inside: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._inside.append(tag)
        given = dict(attrs)
        seen = SHOWN | ({"content"} if given.get("name") == "description" else set())
        seen |= {"value"} if given.get("type") in ("submit", "button") else set()
        self.texts += [value for name, value in attrs if name in seen and value]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.texts.append(data)


class Seen(HTMLParser):
    """What a person sees or hears of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside += [tag] if tag in UNSEEN or self._is_named(tag, dict(attrs)) else []
        told = [] if tag == "optgroup" else attrs  # a region of zones is named as these are
        self.words += "".join(f"\n{value}\n" for name, value in told if name in SHOWN and value)

    def _is_named(self, tag: str, attrs: dict[str, str | None]) -> bool:
        """What says its own language, as its name does, and zones in a list."""
        zone = tag == "option" and attrs.get("value") in available_timezones()
        return zone or (tag in {"a", "option", "main"} and "lang" in attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        self.words += "" if self._inside else data


def bracketed() -> dict[str, str]:
    """Every text in brackets, so that what stands outside of them was never translated."""
    return {text: f"⟦{forms[-1]}⟧" for text, forms in source_texts().items()}


def in_english(seen: str) -> list[str]:
    """Latin letters outside brackets and addresses."""
    return _LATIN.findall(_SAID.sub("", seen))
