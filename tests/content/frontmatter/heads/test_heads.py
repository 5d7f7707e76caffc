"""Heads that are neither YAML, TOML nor JSON."""

from collections.abc import Mapping
from typing import Any

import pytest

from publisher.content.frontmatter.fences import Raw
from publisher.content.frontmatter.heads import Reader, read_head
from publisher.content.frontmatter.heads.asciidoc import read_asciidoc
from publisher.content.frontmatter.heads.html import read_html
from publisher.content.frontmatter.heads.lektor import read_lektor
from publisher.content.frontmatter.heads.meta_lines import read_meta_lines
from publisher.content.frontmatter.heads.nikola import read_nikola
from publisher.content.frontmatter.heads.org import read_org
from publisher.content.frontmatter.heads.restructured import read_restructured, without_markup
from publisher.model.posts import Status

READERS = (
    read_meta_lines,
    read_restructured,
    read_nikola,
    read_lektor,
    read_org,
    read_asciidoc,
    read_html,
)
HTML = """<html><head><title>A &amp; b</title>
<meta name='Date' content='2020-01-01' /><meta name="keywords" contents="a, b">
<meta charset="utf-8"></head><body><title>no</title></body></html>"""


def values(reader: Reader, text: str) -> Mapping[str, Any]:
    metadata = reader(text)
    return metadata.values if metadata else {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title: A: b\nDate: 2020-01-01\n\nText", {"title": "A: b", "date": "2020-01-01"}),
        ("---\nTitle: A\nTags: x, y\n---\nText", {"title": "A", "tags": "x, y"}),
        ("authors: One\n    Two\n\nText", {"authors": ("One", "Two")}),
        ("title: A\n\ttwo\n\nText", {"title": ("A", "two")}),
        ("title:\nslug: s\nText: of the post", {"title": "", "slug": "s", "text": "of the post"}),
        ("title: A\nno key here\ndate: 2020-01-01", {"title": "A"}),
        ("\ntitle: A\n", {}),
        ("Just text.", {}),
    ],
)
def test_meta_lines(text: str, expected: dict[str, Any]) -> None:
    assert values(read_meta_lines, text) == expected


def test_what_follows_a_head_is_kept() -> None:
    metadata = read_meta_lines("Title: A\n\n# Heading\n")
    assert metadata is not None
    assert metadata.body == "# Heading\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A title\n=======\n\n:date: 2020-01-01\n:tags: a, b\n\nText", {
            "title": "A title", "date": "2020-01-01", "tags": "a, b"}),
        ("=====\n Top \n=====\n:Date: 2020-01-01", {"title": "Top", "date": "2020-01-01"}),
        ("A\n=\n\nSub\n---\n\n:slug: s\n", {"title": "A", "slug": "s"}),
        (".. comment\n   more\n\n:title: Own\n:summary: one\n  two\n\nText\n====", {
            "title": "Own", "summary": "one two"}),
        (".. _a: http://x\n\nThe ``code`` of *it*\n#######\n\n:og\\:x: y", {
            "title": "The code of it", "og:x": "y"}),
        ("Text only\nand more", {}),
        ("A\n=\n\nText :date: 2020", {"title": "A"}),
    ],
)  # fmt: skip
def test_restructured(text: str, expected: dict[str, Any]) -> None:
    assert values(read_restructured, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`a <http://b>`_ **c** |d| e_ ``f_g`` :ref:`h` i*j \\*k", "a c d e f_g h i*j *k"),
        ("snake_case __init__ 3 * 4 * 5", "snake_case __init__ 3 * 4 * 5"),
    ],
)
def test_markup_of_restructured_text_goes(text: str, expected: str) -> None:
    assert without_markup(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".. title: A: b\n.. slug: a-b\n.. tags: \n\nText\n.. note: x", {
            "title": "A: b", "slug": "a-b"}),
        ("<!--\n.. title: A\n.. date: 2020-01-01 10:00:00 UTC+01:00\n-->\n\nText", {
            "title": "A", "date": "2020-01-01 10:00:00 UTC+01:00"}),
        ("\n\n.. title: A", {"title": "A"}),
        ("Text", {}),
    ],
)  # fmt: skip
def test_nikola(text: str, expected: dict[str, Any]) -> None:
    assert values(read_nikola, text) == expected


def test_lektor() -> None:
    text = (
        "title: A\n---\nbody:\n\nOne: two\n\n-----\n#### x\nend\n---\npub_date: 2020-01-01\n---\n"
    )
    metadata = read_lektor(text + "---\n---\n_slug: s")
    assert metadata is not None
    assert metadata.values == {
        "title": "A",
        "body": "One: two\n\n----\n#### x\nend",
        "pub_date": "2020-01-01",
        "_slug": "s",
    }
    assert metadata.body.startswith("One")
    assert read_lektor("no field") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# -*- mode: org -*-\n#+TITLE: A\n#+TITLE: b\n#+DATE: <2020-01-01 Wed>\n\nText\n#+X: y", {
            "title": "A b", "date": "2020-01-01"}),
        ("#+date: [2020-01-01 Wed 09:30]\n#+FILETAGS: :a:b:\n#+tags[]: c d\n#+HUGO_SECTION: x", {
            "date": "2020-01-01 09:30", "filetags": ("a", "b"), "tags": ("c", "d"),
            "hugo_section": "x"}),
        (":PROPERTIES:\n:ID: 1\n:END:\n#+title: A\n* Heading", {"title": "A"}),
        ("#+date: <2020-01-01 mié. 10:00 +1w>\n", {"date": "2020-01-01 10:00"}),
        ("* Heading", {}),
    ],
)  # fmt: skip
def test_org(text: str, expected: dict[str, Any]) -> None:
    assert values(read_org, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("= A title\nJane Roe <j@example.org>\nv1.0, 2020-01-01: first\n:toc:\n\nText", {
            "title": "A title", "author": "Jane Roe <j@example.org>", "revdate": "2020-01-01",
            "toc": "", "date": "2020-01-01"}),
        ("= A\nJane\n2020-01-01\n:jbake-type: post\n", {
            "title": "A", "author": "Jane", "revdate": "2020-01-01", "date": "2020-01-01",
            "jbake-type": "post", "type": "post"}),
        ("////\nhidden\n////\n// note\n:name: N\n\n= The {name}\n:page-date: 2020-01-01\n\nx", {
            "name": "N", "title": "The {name}", "page-date": "2020-01-01", "date": "2020-01-01"}),
        ("= A\n:description: one \\\n  two {x}\n:!x:\n", {
            "title": "A", "description": "one two {x}"}),
        ("Text\n= A", {}),
        ("== Section", {}),
    ],
)  # fmt: skip
def test_asciidoc(text: str, expected: dict[str, Any]) -> None:
    assert values(read_asciidoc, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HTML, {"title": "A & b", "date": "2020-01-01", "tags": "a, b"}),
        ("<p>Text</p>", {}),
    ],
)
def test_html(text: str, expected: dict[str, Any]) -> None:
    assert values(read_html, text) == expected


def test_the_first_that_knows_it_reads_it() -> None:
    metadata = read_head(Raw(b"\xef\xbb\xbfTitle: A\r\n\r\n", ended=True), READERS)
    assert metadata.values == {"title": "A"}
    fenced = read_head(Raw(b"---\ntitle: A\n---\n", ended=True), (read_nikola,))
    assert fenced.values == {"title": "A"}


def test_a_head_that_nobody_knows_says_so() -> None:
    assert read_head(Raw(b"Text", ended=True), (read_nikola,)).status is Status.NO_FRONT_MATTER
    assert read_head(Raw(b"\0\1\2" * 9, ended=True), READERS).status is Status.UNREADABLE


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "<![", "<!x[", ":" * 5_000, "`" * 5_000, ".. " * 5_000, "#+a:\n" * 5_000,
        "= a\n" * 5_000, "a: b\n" * 5_000, "*a " * 5_000, ":a: " + "`a <" * 5_000, "|a" * 5_000,
        "=\n" * 5_000, ".. title: " + " .. a:" * 5_000, "<" * 5_000, "[" * 5_000, "\\" * 5_000,
        ":a: \\\n" * 5_000, "<2020-01-01 " * 5_000,
    ],
)  # fmt: skip
@pytest.mark.timeout(5)
def test_no_text_is_too_odd(reader: Reader, text: str) -> None:
    metadata = reader(text)
    assert metadata is None or isinstance(metadata.values, Mapping)
