"""The monthly budget, as people see it before and after it is spent."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from tests.adapters.x_server import XServer
from tests.cli.conftest import Terminal

Birds = Callable[[str], Terminal]


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as fake:
        yield fake


@pytest.fixture
def birds(site: Terminal, server: XServer) -> Birds:
    def make(budget: str) -> Terminal:
        options = {"adapter": "x", **server.options, "monthly_budget": budget}
        social = {"social": {"channels": ["birds"], "pick": "latest", "per_slot": 3}}
        site.configure({"birds": options}, announcements=social)
        for hour, subject in enumerate(["Harbour", "Bakery", "Library"]):
            site.post(f"{subject}.md", f"title: {subject} opens", f"date: 2026-07-05 0{hour}:00")
        return site

    return make


AT = "2026-07-05T07:00"


def test_plan_says_what_is_left_and_what_it_would_cost(birds: Birds) -> None:
    told = birds("30").run("plan", "social", "--at", AT).stdout
    assert "birds: $30.00 of the month's $30.00 is left; this would cost $0.60" in told
    assert "warning" not in told
    notes = birds("30").json("plan", "social", "--at", AT)
    budget = {key: Decimal(value) for key, value in notes[0]["budget"].items()}
    assert budget == {"monthly": 30, "spent": 0, "left": 30, "waiting": 0, "cost": Decimal("0.6")}


def test_a_month_that_is_short_is_told_and_kept(birds: Birds, server: XServer) -> None:
    site = birds("0.50")
    assert "the month's budget is too small for this; what is not paid for waits until" in (
        site.run("plan", "social", "--at", AT).stdout
    )
    done = site.run("now", "social", "--at", AT)
    assert done.returncode == 3 and server.arrived == 2
    assert "birds: paused until" in done.stdout and "does not pay for another $0.20" in done.stdout
    assert "birds: $0.40 of this month's $0.50 spent" in site.run("status").stdout
    told = site.run("plan", "social", "--at", AT).stdout
    assert (
        "\nbirds: paused until " in told
        and "the month's budget of $0.50 does not pay for another $0.20" in told
    )
    assert "birds: $0.10 of the month's $0.50 is left, what waits already needs $0.20" in told


def test_a_note_dearer_than_the_whole_budget_is_told_everywhere(
    birds: Birds, server: XServer
) -> None:
    site = birds("0.10")
    text = (site.folder / "config.yaml").read_text()
    (site.folder / "config.yaml").write_text(json.dumps(json.loads(text), indent=1))
    line = (site.folder / "config.yaml").read_text().split("monthly_budget")[0].count("\n") + 1
    done = site.run("check", "--offline")
    problem = "$0.10 is less than the price of one note with a link, $0.20; raise it"
    assert f"config.yaml:{line}: channels.birds.monthly_budget: {problem}" in done.stdout
    assert done.returncode == 1
    dear = "a note costs $0.20, more than the whole monthly_budget of $0.10: raise it"
    assert f"warning: birds: {dear}, or it never goes out" in (
        site.run("plan", "social", "--at", AT).stdout
    )
    assert dear in site.run("preview", "social", "--at", AT).stderr
    assert dear in (site.folder / "queue" / "preview" / "index.html").read_text()
    done = site.run("now", "social", "--at", AT)
    assert done.returncode == 3 and server.arrived == 0
    assert f"birds: paused: {dear}. Resume with: publish resume birds" in done.stdout
    assert dear in site.run("status").stdout
    assert {row["state"] for row in site.json("queue", "list")} == {"queued"}


def test_a_raised_budget_lets_them_go(birds: Birds, server: XServer) -> None:
    birds("0.10").run("now", "social", "--at", AT)
    site = birds("30")
    site.run("resume", "birds")
    assert site.run("now", "social", "--at", AT).returncode == 0
    assert server.arrived == 3
