"""`make test &`: a shell lets what it starts in the background ignore Ctrl-C."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[1]
INTERRUPTED = "tests/cli/test_entry.py::TestInterrupted::test_while_reading"


def test_the_tests_pass_where_the_shell_ignores_ctrl_c() -> None:
    line = '"$0" -m pytest -q -p no:cacheprovider "$1" & wait $!'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, INTERRUPTED],
        capture_output=True,
        cwd=TOP,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
