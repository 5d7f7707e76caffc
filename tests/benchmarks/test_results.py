import json
from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks import plot
from benchmarks.results import Row, merge, rate


def test_a_part_replaces_its_own_rows_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    merge([Row("reading: a", 1, 2, 2, "s")], "reading", file, posts=5)
    merge([rate("sending: b", 300, 100)], "sending", file)
    merge([Row("reading: c", 1, 3, 3, "s")], "reading", file, posts=6)
    found = json.loads(file.read_text())
    assert [row["name"] for row in found["rows"]] == ["sending: b", "reading: c"]
    assert found["rows"][0]["ratio"] == 3.0
    assert found["reading"] == {"posts": 6}


def test_results_that_cannot_be_read_are_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text("{half")
    merge([rate("sending: b", 300, 100)], "sending", file)
    assert len(json.loads(file.read_text())["rows"]) == 1


def test_the_plot_has_a_bar_for_each_rate_and_its_words_are_escaped() -> None:
    bars = [("ours & theirs", 20_000.0, True), ("a peer", 200.0, False), ("none", 0.0, False)]
    root = ET.fromstring(plot.draw("Emails < a second", [("here", bars)]))  # noqa: S314 - ours
    widths = [float(bar.attrib["width"]) for bar in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(widths) == 3
    assert widths == sorted(widths, reverse=True)
