"""Markup: Markdown and HTML that authors put into titles and descriptions, as plain text.

Only what is surely markup goes: `2 * 3 * 4`, `snake_case_name`, `a < b`, `[sic]`, `C++` and
`#hashtag` stay as they are. Every step takes time in proportion to the text.
"""

import re
from collections import deque
from collections.abc import Iterator
from operator import itemgetter

_ESCAPE = re.compile(r"(?<!\u00af)\\([*_`\[\]<>#~])")
_TICKS = re.compile(r"`+")
_TAG = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[\w:@.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+))?)*+)"
    r"\s*(/?)>"
)
_ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_VALUELESS = re.compile(r"\s([\w:@.-]+)(?=\s[^=]|$)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+|[\w.+-]+@[\w.-]+\.\w+)>")
_TARGET = (
    r"\(\s*+(?:<[^<>\n]*>|(?:[^\s()<>]|\([^\s()<>]*\))*+)"
    r"(?:\s++(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?\s*\)"
)
_INNER = r"\[((?:[^\[\]]|\[[^\[\]]*\])*+)\]"
_IMAGE = re.compile(rf"!{_INNER}(?:{_TARGET}|\[[^\[\]]*\])")
_LINK = re.compile(rf"{_INNER}{_TARGET}")
_REFERENCE = re.compile(rf"(?<!\w){_INNER}\[[^\[\]]*\]")
_FOOTNOTE = re.compile(r"(?<=\S)\[\^[^\[\]\s]{1,99}\]|\[\^\d{1,9}\]|\^\[[^\[\]]*\]")
_ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}")
_DEFINITION = re.compile(r"[ ]{0,3}\[[^\[\]]{1,99}\]:[ \t]+\S.*")
_RULE = re.compile(r"[ ]{0,3}(?:([-*_=])[ \t]*+)(?:\1[ \t]*+){2,}|[ ]{0,3}(?:`{3,}|~{3,}).*")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]++([^\n]*)")
_QUOTE = re.compile(r"\A[ ]{0,3}(?:>[ \t]?)+")
_BULLET = re.compile(r"\A[ ]{0,3}[-*+][ \t]+(?=\S)")
_WORDS = itemgetter(1)
_RUN = re.compile(r"\*+|_+|~{2}")
_LONGEST_RUN = 3
_OPENS_AFTER = frozenset(
    "([{\"'\u201c\u2018\u00ab\u201e\u00bf\u00a1\u2014\u2013-/|>:,;\u3000\u3001\u3002\uff0c"
)
_CLOSES_NOT_BEFORE = frozenset("([{")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DUNDERS = _names(
    "all call class del dict dirname doc enter eq exit file filename getattr hash init iter "
    "len main module name new next package path post_init proto repr self slots str typename "
    "version"
)
_BLOCKS = _names(
    "address article aside blockquote br center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr iframe li main nav ol p picture pre "
    "section summary table tbody td tfoot th thead tr ul video audio"
)
_INLINE = _names(
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd "
    "label mark meter nobr object option output progress q rp rt ruby s samp select small "
    "source span strike strong sub sup svg time track tt u var wbr"
)
_SWITCHES = _names(
    "allowfullscreen async autoplay checked controls defer disabled download hidden inert "
    "itemscope loop multiple muted nowrap open playsinline readonly required reversed "
    "selected"
)
_UNSEEN = ("script", "style")
_SHIELD = 0xF0000  # private characters stand for those that are surely text


def plain_text(text: str) -> str:
    """`text` without its markup; entities stay as they are written, line breaks may remain."""
    if not _may_hold_markup(text):
        return text
    if not text.isascii() and max(text) >= chr(_SHIELD):
        text = "".join(c for c in text if ord(c) < _SHIELD)
    if "\n" in text or text.lstrip(" ").startswith(("#", ">")):
        text = "\n".join(_lines(text))
    text = _code(_ESCAPE.sub(_shielded, text)) if "\\" in text or "`" in text else text
    if "<" in text:
        text = _without_html(text)
    if "[" in text:
        text = _without_links(text)
    if "{:" in text:
        text = _ATTRIBUTES.sub("", text)
    if "*" in text or "_" in text or "~~" in text:
        text = _without_emphasis(text)
    return _unshielded(text)


def _may_hold_markup(text: str) -> bool:
    return (
        "*" in text
        or "_" in text
        or "[" in text
        or "<" in text
        or "`" in text
        or "\\" in text
        or "~~" in text
        or "\n" in text
        or text[:1] in {"#", ">"}
    )  # spelt out: nearly every post comes by here, and nearly none goes on


def _without_links(text: str) -> str:
    """`text` with the words of links and pictures, without footnotes."""
    if "[^" in text or "^[" in text:
        text = _FOOTNOTE.sub("", text)
    if "![" in text:
        text = _IMAGE.sub(_WORDS, text)
    if "](" in text:
        text = _LINK.sub(_WORDS, text)
    return _REFERENCE.sub(_WORDS, text) if "][" in text else text


def _shield(text: str) -> str:
    return "".join(chr(_SHIELD + ord(c)) if c in "*_`[]<>#~\\={:&!" else c for c in text)


def _shielded(match: re.Match[str]) -> str:
    return _shield(match[1])


def _unshielded(text: str) -> str:
    if text.isascii() or max(text) < chr(_SHIELD):
        return text
    return "".join(chr(ord(c) - _SHIELD) if ord(c) >= _SHIELD else c for c in text)


def _lines(text: str) -> Iterator[str]:
    """Each line without the marks of headings, quotes, lists and rules."""
    several = text.strip().count("\n") > 0
    for line in text.split("\n"):
        if several and (_RULE.fullmatch(line) or _DEFINITION.fullmatch(line)):
            continue
        if match := _HEADING.fullmatch(line):
            yield match[1].rstrip().rstrip("#").rstrip() or match[1]
            continue
        bare = _QUOTE.sub("", line, count=1) if line.lstrip(" ").startswith(">") else line
        yield _BULLET.sub("", bare, count=1) if several else bare


def _code(text: str) -> str:
    """Code spans as the text in them, shielded from all that follows."""
    runs = [match.span() for match in _TICKS.finditer(text)]
    later: dict[int, deque[int]] = {}
    for number, (start, end) in enumerate(runs):
        later.setdefault(end - start, deque()).append(number)
    kept, at, number = [], 0, 0
    while number < len(runs):
        start, end = runs[number]
        same = later[end - start]
        while same and same[0] <= number:
            same.popleft()
        inner = text[end : runs[same[0]][0]] if same else ""
        # Not the words between two apostrophes: `90s and `80s.
        if inner.strip() and inner[0].isspace() == inner[-1].isspace():
            kept += [text[at:start], _shield(inner.strip())]
            number = same[0]
            at = runs[number][1]
        number += 1
    return "".join([*kept, text[at:]])


def _without_html(text: str) -> str:
    text = _cut(text, "<!--", "-->")
    for name in _UNSEEN:
        if f"<{name}" in text.lower():
            text = _cut(text, f"<{name}", f"</{name}>")
    return _TAG.sub(_tag, _AUTOLINK.sub(_shielded, text))


def _cut(text: str, opener: str, closer: str) -> str:
    """`text` without what stands between `opener` and `closer`, whatever their case."""
    folded = text.lower() if len(text.lower()) == len(text) else text
    spans, at = [], 0
    while (start := folded.find(opener, at)) >= 0 and (end := folded.find(closer, start)) >= 0:
        at = end + len(closer)
        spans.append((start, at))
    return " ".join(_outside(text, spans))


def _tag(match: re.Match[str]) -> str:
    """What a tag leaves: a blank where it breaks the line, the text of a picture, nothing."""
    name, attributes = match[2].lower(), match[3]
    known = name in _BLOCKS or name in _INLINE or match[4]
    if not known or not all(each.lower() in _SWITCHES for each in _VALUELESS.findall(attributes)):
        return match[0]
    if name == "img" and (found := _ALT.search(attributes)):
        return found[1] or found[2] or ""
    return " " if name in _BLOCKS else ""


def _without_emphasis(text: str) -> str:
    """Runs of `*`, `_` and `~~` that open and close something go, in pairs."""
    opened: dict[str, list[tuple[int, int, bool]]] = {}
    marks: list[tuple[int, int]] = []
    for match in _RUN.finditer(text):
        run, (start, end) = match[0], match.span()
        if len(run) > _LONGEST_RUN:
            continue
        before, after = text[start - 1 : start], text[end : end + 1]
        waiting = opened.setdefault(run, [])
        closes = _closes(run, before, after)
        while waiting and closes is not None:
            first, last, at_edge = waiting.pop()
            inner = text[last:start]
            if inner and (at_edge or closes) and not (run == "__" and inner in _DUNDERS):
                marks += [(first, last), (start, end)]
                break
        else:
            opens = _opens(run, before, after)
            if opens is not None:
                waiting.append((start, end, opens))
    return "".join(_outside(text, sorted(marks)))


def _opens(run: str, before: str, after: str) -> bool | None:
    """Whether a run that may open stands at a word's edge; None: it cannot open."""
    if not after or after.isspace():
        return None
    at_edge = not before or before.isspace() or before in _OPENS_AFTER
    return _at_edge(run, at_edge=at_edge, outer=before)


def _closes(run: str, before: str, after: str) -> bool | None:
    """Whether a run that may close stands at a word's edge; None: it cannot close."""
    if not before or before.isspace():
        return None
    is_word = after.isalnum() or after == "_" or after in _CLOSES_NOT_BEFORE
    return _at_edge(run, at_edge=not after or not is_word, outer=after)


def _at_edge(run: str, *, at_edge: bool, outer: str) -> bool | None:
    """Single marks and underscores never stand inside a word; two stars may, at one end."""
    if run[0] == "_" or len(run) == 1:
        return True if at_edge else None
    return at_edge or (not outer.isascii() and outer.isalpha())


def _outside(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    """The pieces of `text` before, between and after `spans`."""
    at = 0
    for start, end in spans:
        yield text[at:start]
        at = end
    yield text[at:]
