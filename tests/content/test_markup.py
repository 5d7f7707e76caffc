# ruff: noqa: E501 - what is written and what is read stand on one line
"""Markdown and HTML in titles and descriptions become plain text; ordinary text stays as it is."""

import time

import pytest

from publisher.content.frontmatter.text import plain
from publisher.content.markup import plain_text

ORDINARY = [
    "2 * 3 * 4", "2*3*4", "(a)*(b)*(c)", "2**3**4", "snake_case_name", "__init__", "_", "**", "* * *",
    "a < b", "a < b and c > d", "x <b and c> y", "I <3 you", "-> => <-", "List<String>", "<your name>",
    "[sic]", "[sic](see note)", "[Update] Storm", "array[0][1]", "The regex [^abc]", "C++", "C# and F#",
    "#hashtag", "#1 song", "A #1 hit", "Is #MeToo over", "f**k this s**t", "M*A*S*H", "5* hotel, 4* price",
    "*Terms apply", "*.md and *.txt", "char *p, *q", "**kwargs and *args", "\u00af\\_(\u30c4)_/\u00af",
    "C:\\temp\\new", "`90s and `80s", "a==b==c", "~50 ~ 60", "- a list?", "$_GET and $_POST", "AT&T",
    "{{ x }}", "@user_name_", "E=mc^2", "1 > 0",
]  # fmt: skip
MARKUP = [
    ("**Bold** news", "Bold news"),
    ("A ferry - and **its** crew +\nback * at sea", "A ferry - and its crew + back * at sea"),
    ("- One **or**\n  * two", "One or two"),
    ("A <em>great</em> day with [a link](https://elsewhere.example).", "A great day with a link."),
    ("*Star* turns, _very_ good, __bold__ and ***both***", "Star turns, very good, bold and both"),
    ('**a *b* c** vs **d**s, (**e**), "*f*".', 'a b c vs ds, (e), "f".'),
    ("\u8fd9\u662f**\u91cd\u70b9**\u5185\u5bb9", "\u8fd9\u662f\u91cd\u70b9\u5185\u5bb9"),
    ("`code`, `<div>` and ``a ` b``", "code, <div> and a ` b"),
    ("![A cat](cat.jpg) sat", "A cat sat"),
    ('<img src=a alt="A dog"> ran', "A dog ran"),
    ('[a [b]](u(x) "t") and [t](https://en.example/wiki/A_(b))', "a [b] and t"),
    ('[![alt](i.png)](l){:target="_blank"}', "alt"),
    ("[x][1], [y][] and <https://a.example/x_y_z>", "x, y and https://a.example/x_y_z"),
    ("word[^1] more[^note] x^[inline]", "word more x"),
    ("## Heading ##", "Heading"),
    ("> quoted", "quoted"),
    ("one\n* two\n* three\n\n[ref]: http://x.example\n", "one two three"),
    ("Title\n===\n", "Title"),
    ("a<br>b<br/>c <p>Hi <a href=\"x>y\" title='q'>there</a></p>", "a b c Hi there"),
    ("<STRONG>x</STRONG> H<sub>2</sub>O <details open>y</details>", "x H2O y"),
    ("<script>alert(1)</script>x<!-- c -->y<style>b {}</style>", "x y"),
    ("~~old~~ new", "old new"),
    ("\\*not\\* &lt;b&gt; &amp; `&lt;`", "*not* <b> & <"),
    ("**[link](u)** [**bold**](u) [`c*d*e`](u)", "link bold c*d*e"),
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(("written", "read"), MARKUP)
def test_markup_becomes_plain_text(written: str, read: str) -> None:
    assert plain(written) == read


HOSTILE = [
    "** ", " **a", "*a ", "[", "[a", "[x[a]", "[a](", '[a](b "x', "<", "<a ", '<a b="', "` ", "<!--",
    "~~a ", "\\*", "> * _a\n", "- ", "[a](   ", "<a b= ", "[^a", "<img alt ", " >", "<a@a.",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    text = piece * (100_000 // len(piece)) + "x"
    begun = time.process_time()
    plain_text(text)
    assert time.process_time() - begun < 3
