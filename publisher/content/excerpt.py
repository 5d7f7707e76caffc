"""Excerpts: the beginning of a post as plain text, for a post that has no description.

Headings, bylines, pictures, code, tables, HTML that is no text, scripts, shortcodes and footnotes
are left out. The beginning is looked at in two steps, because the first is enough for nearly every
post.
"""

import re
from collections.abc import Iterator

from publisher.content.frontmatter.text import plain

LONGEST = 300
"""Of an excerpt, in characters; what stands before an author's own mark may have twice as many."""

ENOUGH = 8_192
"""Characters of a post that are looked at, at most."""

_FIRST_LOOK = 1_000
_SHORTEST = 20
_MARK = re.compile(
    r"<!--+[ \t]*(?:more|truncate|excerpt|TEASER_END|end[ _-]?excerpt|read[ _-]?more)\b"
    r"[^>]{0,200}-->"
    r"|\{/\*[ \t]*truncate[ \t]*\*/\}|^\.\.[ \t]+TEASER_END.*$|\[\[end excerpt\]\]",
    re.IGNORECASE | re.MULTILINE,
)
_OPENERS = ("<!--", "{/*", "..", "[[")
_HEAVY = ("<", "{", "```", "~~~", ":::", "!!!", "???", "import ", "export ", ".. ", "#+")
_DROPPED = re.compile(
    r"""<(script|style|pre|figure|svg|table|iframe|video|audio|picture|form|math|noscript|template
         |head|h[1-6])\b.*?(?:</\1\s*>|\Z)
      | <p\s[^<>]*?class=["']?(?:post-)?(?:meta|date|byline)["'\s>].*?</p\s*>
      | ^[ ]{0,3}(```+|~~~+).*?(?:^[ ]{0,3}\2[^\n]*$|\Z)
      | ^(?:import\s[^;'"]{0,400}['"][^'"\n]{1,200}['"];?[ \t]*)+$
      | ^export\s+(?:const|let|var|default|function)\b.*?(?:\n[ \t]*\n|\Z)
      | ^(?::::|!!!|\?\?\?)[^\n]*$
      | ^\#\+begin_(\w+).*?(?:^\#\+end_\3[^\n]*$|\Z)
      | ^\.\.[ ][^\n]*(?:\n[ \t]+[^\n]*)* """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_INSIDE = re.compile(
    r"""<!--.*?(?:-->|\Z)
      | \{%-?\s*(highlight|raw|mermaid|comment|codeblock|gallery)\b.*?\{%-?\s*end\1[^%]*%\}
      | \{\{[<%]\s*(highlight|mermaid|gallery|math)\b.*?\{\{[<%]\s*/\s*\2[^>%]*[>%]\}\}
      | \{\{.{0,400}?\}\} | \{%.{0,400}?%\} | \{\#.{0,400}?\#\} | \{/\*.{0,400}?\*/\} """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_PARTIAL = re.compile(r"(?:<[^<>]*|!?\[[^\[\]]*\]?\([^()]*)\Z")
_BREAK = re.compile(
    r"</?(?:p|div|li|ul|ol|section|article|header|br|hr|blockquote|center|dl|dt|dd)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"</?[A-Za-z][^<>]*>")
_PICTURE = re.compile(
    r"\[?!\[[^\[\]]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])(?:\]\([^()\n]*\))?(?:\{[^{}\n]*\})?"
)
_ATTRIBUTES = re.compile(r"\{(?:[:.#][^{}\n]*|[\w-]+=[^{}\n]*)\}")
_NOTE = re.compile(r"^\[\^[^\[\]]+\]:.*(?:\n[ \t]+.*)*", re.MULTILINE)
_NO_TEXT = re.compile(
    r"[ ]{4}|\t|\||\[TOC\]|\[\[_?toc_?\]\]|\{:|=+[ ]|\+\+\+|---|https?://\S+\Z|image::"
    r"|:[\w-]+:[ ]|\*+[ ]TODO|#\+",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:[ ]{0,3}\#{1,6}(?:[ \t][^\n]*)?|\**[^\n]+\n([=\-~^\"'`\#*+])\1{2,}[ \t]*)(?:\n|\Z)"
)
_UNDERLINED = re.compile(r"^\w[^\n]{3,}\n(~~~~+|````+)[ \t]*$", re.MULTILINE)
_SECOND = re.compile(r"[>*+-][ \t]|>|\d{1,3}[.)][ \t]")
_ROLE = re.compile(r":[a-z]+:`([^`<]+?)(?:\s*<[^`>]*>)?`|`([^`<]+?)\s*<[^`>]*>`__?")
_SENTENCE = re.compile(r"[.!?\u2026][\"'\u201d\u2019\u00bb)]*(?=\s)|[\u3002\uff01\uff1f]")


def excerpt(body: str, mode: str, separator: str = "") -> str:
    """The beginning of `body` as text; '' where there is none.

    Args:
        body: what stands below the head, as far as it was read.
        mode: `paragraph` for the first one, `more` for all that stands before the author's mark
            (`<!-- more -->` and its like), or the first paragraph where there is none.
        separator: the site's own mark.
    """
    if mode == "more" and (before := _before_mark(body[:ENOUGH], separator)):
        text = " ".join(_texts(before, separator))
        if text:
            return shortened(text, 2 * LONGEST)
    for look in (_FIRST_LOOK, ENOUGH):
        text = body if len(body) <= look else _whole(body[:look])
        if found := next(_texts(text, separator), ""):
            return shortened(found)
        if len(body) <= look:
            break
    return ""


def _whole(text: str) -> str:
    """A text that was cut off anywhere, up to its last paragraph's end, link or element."""
    end = max(text.rfind("\n\n"), 0)
    return text[:end] if text[:end].strip() else _PARTIAL.sub("", text)


def shortened(text: str, longest: int = LONGEST) -> str:
    """`text` cut at the end of a sentence, or between words, if it is too long."""
    if len(text) <= longest:
        return text
    ends = [match.end() for match in _SENTENCE.finditer(text, 0, longest)]
    if ends and ends[-1] >= longest // 4:
        return text[: ends[-1]]
    kept = text[: longest - 1]
    return f"{kept[: kept.rfind(' ', longest // 2)] if ' ' in kept[longest // 2 :] else kept}…"


def _before_mark(body: str, separator: str) -> str:
    found = []
    if any(opener in body for opener in _OPENERS) and (match := _MARK.search(body)):
        found.append(match.start())
    if separator and separator in body:
        found.append(body.index(separator))
    return body[: min(found)] if found else ""


def _texts(text: str, separator: str) -> Iterator[str]:
    """The paragraphs of `text`; short ones, quotes and lists only if there is nothing else."""
    others = []
    for block in _blocks(text):
        if _NO_TEXT.match(block):
            continue
        ended = _before_mark(block, separator)
        words = _words(ended or block)
        if not any(map(str.isalnum, words)):
            continue
        if len(words) < _SHORTEST or _SECOND.match(block):
            others.append(words)
        else:
            others.clear()
            yield words
        if ended:
            break
    yield from others


def _blocks(text: str) -> Iterator[str]:
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _holds(text, "~~~~") or _holds(text, "````"):
        text = _UNDERLINED.sub("\n\n", text)
    if any(_holds(text, mark) for mark in _HEAVY):
        marks = _MARK.findall(text)
        text = _MARK.sub("\ue000", text) if marks else text
        text = _BREAK.sub("\n\n", _DROPPED.sub("\n\n", _INSIDE.sub(_gone, text))).replace(
            "\ue000", "<!--more-->"
        )
    if _holds(text, "[^"):
        text = _NOTE.sub("", text)
    if " \n" in text or _holds(text, "\t\n"):
        text = "\n".join(map(str.rstrip, text.split("\n")))
    return (_without_headings(block.strip("\n")) for block in text.split("\n\n"))


def _holds(text: str, mark: str) -> bool:
    """Whether `mark` is in `text`; its first character, which most texts lack, is found faster."""
    return mark[0] in text and mark in text


def _gone(match: re.Match[str]) -> str:
    """What a shortcode leaves; one that gives a link its address leaves one."""
    return "#" if match.string[match.start() - 1 : match.start()] == "(" else ""


def _without_headings(block: str) -> str:
    while heading := _HEADING.match(block):
        block = block[heading.end() :]
    return block if len(block) <= 4 * LONGEST else _PARTIAL.sub("", block[: 4 * LONGEST])


def _words(block: str) -> str:
    if mark := _SECOND.match(block):
        block = block[mark.end() :]
    if "{" in block:
        block = _ATTRIBUTES.sub("", block)
    if "![" in block:
        block = _PICTURE.sub("", block)
    if "`" in block:
        block = _ROLE.sub(lambda match: match[1] or match[2], block)
    if "<" in block:
        block = _ELEMENT.sub("", block)
    return plain(block)
