import queue
import sysconfig
from pathlib import Path

TOP = Path(__file__).parents[1]


def test_queue_holds_data_only() -> None:
    """A Python file in queue/ would stand in the way of the standard library's module."""
    assert [file for file in (TOP / "queue").rglob("*") if file.suffix.startswith(".py")] == []
    assert Path(queue.__file__).is_relative_to(sysconfig.get_path("stdlib"))


def test_queue_says_what_lives_there() -> None:
    page = (TOP / "queue" / "README.md").read_text(encoding="utf-8")
    assert "publisher.db" in page
    assert "Never put a Python file here" in page
