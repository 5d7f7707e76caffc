"""Settings in Python are read as text; nothing is executed."""

from pathlib import Path
from typing import Any

import pytest

from publisher.content.settings.python import COMPUTED, parse_python, plain, read_python


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A = 'x'\nB = A + '/y'\nC = f'{A}-{B}'", {"A": "x", "B": "x/y", "C": "x-x/y"}),
        ("A = '%s/%d' % ('x', 3)\nB = '%(a)s' % {'a': 1}", {"A": "x/3", "B": "1"}),
        ("A = '{}-{b}-{{}}'.format('x', b=2)\nB = '{0:>99999}'.format(1)", {
            "A": "x-2-{}", "B": "{0:>99999}"}),
        ("A = os.path.join('a', 'b')\nB = os.path.join(HERE, 'c')", {"A": "a/b", "B": "c"}),
        ("A = os.environ.get('X', 'y')\nB = os.getenv('X', '')\nC = os.environ['X']", {
            "A": "y", "B": "", "C": COMPUTED}),
        ("A = os.environ.get('X') or 'y'\nB = None or 2", {"A": "y", "B": 2}),
        ("A = os.getenv('X', default='y')\nB = config('X', default=f())", {
            "A": "y", "B": COMPUTED}),
        ("A = ''\nB = 'http://localhost'\nC = 'x'\nif f():\n    A, B, C = 'a', 'b', 'c'", {
            "A": "a", "B": "b", "C": "x"}),
        ("A = [1, *[2]]\nA += [3]\nA.append(4)\nA.extend((5,))", {"A": [1, 2, 3, 4, 5]}),
        ("A = {'a': 1, **{'b': 2}}\nA['c'] = 3\nA.update({'d': 4})", {
            "A": {"a": 1, "b": 2, "c": 3, "d": 4}}),
        ("A = dict(a=1)\nB = A['a']\nC = ('x', 'y')[1]", {"A": {"a": 1}, "B": 1, "C": "y"}),
        ("A, B = 1, 2\nC: str = 'x'\nD = E = -3", {"A": 1, "B": 2, "C": "x", "D": -3, "E": -3}),
        ("A = lambda x: x\nB = f()\nC = [f(), 1]\nD = 'a' * 9", {
            "A": COMPUTED, "B": COMPUTED, "C": [COMPUTED, 1], "D": COMPUTED}),
        ("A = 1\nif X:\n    A = 2\n    B = 3\nelse:\n    B = 4", {"A": 1, "B": 4}),
        ("if not False:\n    A = 1\nelse:\n    A = 2", {"A": 1}),
        ("try:\n    A = 1\nexcept E:\n    A = 2\nfor B in A:\n    C = B", {
            "A": 1, "B": COMPUTED, "C": COMPUTED}),
        ("A = 'x/'.rstrip('/')\nB = ('a'\n  'b')\nC = 1 if A else 2", {
            "A": "x", "B": "ab", "C": 1}),
        ("A = '\\d'", {"A": "\\d"}),
        ("print 'old'\nA = u'x'\nB = [\n  1,\n]\nexec 'y'\nC = 0777\nD = 4", {
            "A": "x", "B": [1], "D": 4}),
    ],
)  # fmt: skip
def test_what_is_written_down_is_read(source: str, expected: dict[str, Any]) -> None:
    assert parse_python(source) == expected


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "source",
    [
        "A = " + "[" * 500, "A = " + "(" * 90 + ")" * 90, "A = " + "1+" * 50_000 + "1",
        "A = 'x' * 10\n" + "A = A + A\n" * 99, "A = 'x'\n" + "A = A + A\n" * 99,
        "A = '%999999999d' % 1", "A = '{:999999999}'.format(1)", "A = [1]\n" + "A += A\n" * 99,
        "A = f'{1:>999999999}'", "\0", "A = '", "A = {[]: 1}", "A = 'x'.format(", "A = {**1}",
        "A = '{9}'.format()", "A = '%s %s' % ('a',)", "A = [1][True][0]", "A = -'x'", "A[0] = 1",
        "A = 'a'\n" + "A = A.replace('a', A)\n" * 99, "A = 9**9**9", "A = ()[0]", "A = 1 .x",
        "not " * 5_000 + "x", "A = {}\nA['A'] = A\nB = A", "A = dict(A)", "A = '{}'.format(",
    ],
)  # fmt: skip
def test_no_source_is_too_odd(source: str) -> None:
    assert isinstance(parse_python(source), dict)


def test_modules_beside_it_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text("A = 'a'\nB = 'b'\nfrom live import *\n")
    (tmp_path / "live.py").write_text("from base import *\nfrom base import A as D\nB = 'c'\n")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "all.py").write_text("E = 'e'\n")
    found = read_python(tmp_path, ("missing.py", "live.py"))
    assert found is not None
    assert found.name == "live.py"
    assert found.values == {"A": "a", "B": "c", "D": "a"}
    assert read_python(tmp_path, ("missing.py",)) is None
    (tmp_path / "live.py").write_text("from .conf.all import *\nfrom nowhere import *\n")
    assert read_python(tmp_path, ("live.py",)) == ("live.py", {"E": "e"}, "")


def test_what_is_computed_is_no_value() -> None:
    values = parse_python("A = f()\nB = 1")
    assert plain(values, "A", "x") == "x"
    assert plain(values, "B") == 1
    assert plain(values, "C") is None
    assert repr(COMPUTED) == "COMPUTED"
