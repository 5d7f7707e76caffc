"""A hundred posts that nobody would write on purpose, each with what must become of it."""

import json
import os
import socket
from pathlib import Path

DATE = "date: 2026-03-04-05-00-00"
DIGITS = "9" * 5_000
DEEP = 10_000


def yaml(*lines: str) -> bytes:
    return "\n".join(["---", *lines, "---", "Body", ""]).encode("utf-8", "surrogatepass")


def toml(*lines: str) -> bytes:
    return "\n".join(["+++", *lines, "+++", "Body", ""]).encode()


def titled(*lines: str) -> bytes:
    return yaml("title: Hostile", DATE, *lines)


TAGS = {
    "bool": "!!bool maybe",
    "bool-empty": '!!bool ""',
    "int": "!!int x",
    "int-empty": '!!int ""',
    "int-digits": f"!!int {DIGITS}",
    "int-hex": f"!!int 0x{'f' * 5_000}",
    "int-base-60": "!!int 1:x",
    "float": "!!float z",
    "float-empty": '!!float ""',
    "timestamp": "!!timestamp z",
    "timestamp-day": "!!timestamp 2026-02-31",
    "timestamp-offset": "!!timestamp 2026-02-01T00:00:00+99:99",
    "str-list": "!!str [a]",
    "str-map": "!!str {a: b}",
    "seq": "!!seq x",
    "map": "!!map x",
    "set": "!!set [a]",
    "omap": "!!omap {a: b}",
    "pairs": "!!pairs x",
    "binary": '!!binary "\u00e9"',
    "binary-padding": "!!binary abc",
    "python": "!!python/object/apply:os.system [ls]",
    "python-name": "!!python/name:os.system",
    "merge": "!!merge x",
    "local": "!local x",
}

READABLE: dict[str, bytes] = {
    "laughs.md": yaml(
        "a0: &a0 [x, x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)),
        "title: Laughs",
        DATE,
    ),
    "merges.md": yaml(
        "a0: &a0 {k: v}",
        *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 20)),
        "title: Merges",
        DATE,
    ),
    "merge-of-text.md": yaml("title: Merge", DATE, "<<: text"),
    "recursive.md": yaml("title: Recursive", DATE, "a: &a [*a]", "b: &b {b: *b}"),
    "weight-digits.md": yaml("title: Weight", DATE, f"weight: {DIGITS}"),
    "weight-infinite.md": yaml("title: Weight", DATE, "weight: .inf", "featured: .nan"),
    "title-list.md": yaml(DATE, "title:", "  - a", "  - b"),
    "title-map.md": yaml("title: {en: Hello, de: Hallo}", DATE),
    "categories-odd.md": yaml("title: Odd", DATE, "categories: {a: [b, {c: d}], e: 3}"),
    "categories-deep.md": yaml("title: Odd", DATE, "categories: [[[a]], [b, [c]]]"),
    "date-9999.md": yaml("title: Far", "date: 9999-99-99"),
    "date-0.md": yaml("title: Zero", "date: 0000-00-00"),
    "date-10000.md": yaml("title: Later", "date: 10000-01-01"),
    "date-offset.md": yaml("title: Offset", "date: 2026-03-04 05:00:00 +99:99"),
    "date-second.md": yaml("title: Second", "date: 2026-03-04 05:00:61"),
    "date-list.md": yaml("title: List", "date: [2026-03-04, 2026-03-05]"),
    "date-digits.md": yaml("title: Digits", f"date: {DIGITS}"),
    "date-nan.md": yaml("title: Nan", "date: .nan"),
    "date-blanks.md": yaml("title: Blanks", f"date: 2026-03-04{' ' * 50_000}x"),
    "image-data.md": titled("image: data:image/png;base64,AAAA"),
    "image-script.md": titled("image: javascript:alert(1)"),
    "image-file.md": titled("image: file:///etc/passwd"),
    "image-port.md": titled("image: http://a.example:99999999999/x.jpg"),
    "image-ipv6.md": titled("image: http://[::1/x.jpg"),
    "url-script.md": titled("url: javascript:alert(1)"),
    "url-controls.md": titled('permalink: "http://a.example/\\r\\nBcc: x\\u0000"'),
    "url-user.md": titled("permalink: https://a:b@c.example/"),
    "language.md": titled('lang: "<script>\\u202e"'),
}

UNREADABLE: dict[str, bytes] = {
    **{f"tag-{name}.md": titled(f"x: {tag}") for name, tag in TAGS.items()},
    "tag-title.md": yaml("title: !!bool maybe", DATE),
    "tag-deep.md": titled("x:", "  - y:", "    - !!int q"),
    "toml-digits.md": toml('title = "T"', f"x = {DIGITS}"),
    "toml-hex.md": toml('title = "T"', f"x = 0x{'f' * 5_000}"),
    "toml-broken.md": toml('title = "T', "x = 3"),
    "toml-date.md": toml('title = "T"', "date = 2026-13-45"),
    "toml-deep.md": toml('title = "T"', f"x = {'[' * DEEP}{']' * DEEP}"),
    "toml-twice.md": toml('title = "T"', 'title = "U"'),
    "toml-clash.md": toml("a = 1", "[a.b]"),
    "json-digits.md": f'{{"title": "T", "x": {DIGITS}}}'.encode(),
    "json-broken.md": b'{"title": "T", "date": }',
    "json-list.md": b"---json\n[1, 2]\n---\n",
    "json-deep.md": b'{"title": "T", "x": ' + b"[" * 100_000,
    "deep-flow.md": titled("x: " + "[" * DEEP + "]" * DEEP),
    "deep-map.md": titled("x: " + "{a: " * DEEP + "}" * DEEP),
    "deep-dashes.md": titled("x:", "  " + "- " * DEEP + "a"),
    "deep-keys.md": titled("? " * DEEP + "a"),
    "list.md": yaml("- a", "- b"),
    "scalar.md": yaml("just words"),
    "bell.md": titled('x: "\x07"'),
    "nul.md": titled("x: \0"),
    "surrogate.md": titled("x: \ud800"),
    "surrogate-escape.md": titled('x: "\\ud800"'),
    "alias.md": titled("x: *nowhere"),
    "unhashable.md": titled("? [a]", ": b"),
    "colon.md": titled("x: a: b"),
    "tab.md": titled("x:", "\ty: z"),
    "quote.md": titled('x: "open'),
    "directive.md": titled("%YAML 9.9"),
    "closing.md": b"---\ntitle: Never\n" + DATE.encode() + b"\n",
    "no-head.md": b"Words.\n",
    "empty.md": b"",
    "binary.md": bytes(range(256)) * 40,
    "line.md": b"---\ntitle: " + b"x" * 50_000_000,
    "gzip.md": b"\x1f\x8b\x08\x00" + os.urandom(4_000),
    "utf16.md": "---\ntitle: Wide\n---\n".encode("utf-16"),
    "utf7.md": b"+/v8--- title\n",
    "nikola.md": b".. title: X\n.. date: 2026-03-04\n",
    "pelican.md": b"Title: X\nDate: 2026-03-04\n",
    "fences.md": b"---\n" * 5_000,
    "dashes.md": b"-" * 300_000,
    "crlf.md": b"---\r\ntitle: a: b: c\r\ndate: never\r\n---\r\n",
}

ODD: dict[str, bytes] = {
    "json-surrogate.md": json.dumps(
        {"title": "Half \ud800", "lang": "\udc00", "date": "2026-03-04 05:00:00"}
    ).encode(),
    "json-infinity.md": b'{"title": "Inf", "weight": Infinity, "date": "2026-03-04 05:00:00"}',
    "title-breaks.md": titled(
        'subtitle: "a\\r\\nBcc: x@y.example"', 'title: "One\\r\\nTwo\\u2028"'
    ),
    "title-direction.md": yaml('title: "Left \\u202e right \\u2066"', DATE),
    "title-jinja.md": yaml('title: "{{ 7*7 }} {% for x in y %}"', DATE),
    "title-mjml.md": yaml('title: "</mj-text><mj-raw><script>"', DATE),
    "title-marks.md": yaml('title: "\\ufdd0email\\ufdd1 \\uffff"', DATE),
    "title-bold.md": yaml(f"title: {'** ' * 20_000}end", DATE),
    "title-brackets.md": yaml(f"title: 'x{'[a](' * 20_000}'", DATE),
    "title-blanks.md": yaml(f"title: a{' ' * 100_000}#b", DATE),
    "heading.md": yaml(DATE) + b"# " + b"#" * 4_000 + b"x\n",
    "binary-title.md": yaml("title: !!binary SGVsbG8=", DATE),
    "keys.md": titled(*(f"k{n}: v" for n in range(5_000))),
    "twice.md": titled("title: Again", "title: And again"),
}


def write(folder: Path) -> dict[str, str]:
    """Write them all; gives the names of those that must be named, as they are shown."""
    for name, content in (READABLE | UNREADABLE | ODD).items():
        (folder / name).write_bytes(content)
    strange = {**_names(folder), **_no_files(folder)}
    return dict.fromkeys(UNREADABLE, "") | strange


def _names(folder: Path) -> dict[str, str]:
    """Files whose names are the trouble."""
    names = {
        b"line\nbreak.md": "line\\nbreak.md",
        b"bytes\xff.md": "bytes\\xff.md",
        b"\x1b[31mred.md": "\\x1b[31mred.md",
        b"n" * 252 + b".md": "n" * 252 + ".md",
        "left\u202eright.md".encode(): "left\\u202eright.md",
        b"tab\t.md": "tab\\t.md",
        b"quote'\".md": "quote'\".md",
        b"{{ 7 * 7 }}.md": "{{ 7 * 7 }}.md",
    }
    for name in names:
        (folder / os.fsdecode(name)).write_bytes(b"Words.\n")
    return dict.fromkeys(names.values(), "")


def _no_files(folder: Path) -> dict[str, str]:
    """What bears the name of a post and is none."""
    os.mkfifo(folder / "pipe.md")
    (folder / "device.md").symlink_to("/dev/zero")
    (folder / "passwd.md").symlink_to("/etc/passwd")
    (folder / "nowhere.md").symlink_to("gone.md")
    (folder / "round.md").symlink_to("round.md")
    (folder / "folder.md").mkdir()
    (folder / "outside").symlink_to("/etc")
    (folder / "itself").symlink_to(".")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket.md"))
    named = ("pipe", "device", "passwd", "nowhere", "round", "folder", "socket")
    return {f"{name}.md": "" for name in named} | {"outside": ""}
