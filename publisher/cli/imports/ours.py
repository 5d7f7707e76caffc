"""The columns of Publisher's own exports: every row comes back as it was."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from publisher.cli.imports.cells import WrongLine, as_written
from publisher.cli.imports.details import chosen, moment_of
from publisher.model.contacts import (
    NOTHING_CHOSEN,
    Agreement,
    ImportRow,
    ImportState,
    SubscriptionState,
)

if TYPE_CHECKING:
    from publisher.cli.imports.subscribers import Sheet

COLUMNS: Final = (
    "email", "name", "newsletter", "state", "since", "suppressed", "language", "timezone",
    "topics", "cadence", "day", "hour", "joined_at", "consent_at", "consent_how", "consent_from",
)  # fmt: skip
"""The columns of an export, in their order."""

_CHOICES: Final = ("topics", "cadence", "day", "hour")
_BY_VERDICT: Final = ("email", "name", "state", "suppressed")
_STATES: Final = frozenset(SubscriptionState)


class OurColumns:
    """Where they stand; exports of earlier versions lack some."""

    def __init__(self, plain: Sequence[str], sheet: "Sheet") -> None:
        heads = {name: name.replace("_", " ") for name in COLUMNS}
        self._at = {name: plain.index(head) for name, head in heads.items() if head in plain}
        self.heads = [heads[name] for name in self._at if name not in _BY_VERDICT]
        self.places = set(self._at.values())
        self._known = sheet.newsletters
        self._now = sheet.wanted.now
        self._own = sheet.wanted.language.casefold()
        self._first = ""

    def add_to(self, row: ImportRow, cells: Sequence[str]) -> ImportRow:
        """The row with all that was exported of it; WrongLine if something makes no sense."""
        values = {name: cells[at] if at < len(cells) else "" for name, at in self._at.items()}
        text = {name: as_written(values.get(name, "").strip()) for name in COLUMNS}
        try:
            choices = chosen(text) if any(text[name] for name in _CHOICES) else NOTHING_CHOSEN
        except ValueError as error:
            raise WrongLine("topics", f"are no choices: {error}") from None
        at, how, source = text["consent_at"], text["consent_how"], text["consent_from"]
        return row._replace(
            newsletter=self._newsletter(text["newsletter"], row),
            language="" if text["language"].casefold() == self._own else text["language"],
            timezone=text["timezone"],
            choices=choices,
            consent=Agreement(moment_of(at, self._now), how, source),
            kept=text["state"] if text["state"] in _STATES else "",
            since=moment_of(text["since"], self._now),
            joined=moment_of(text["joined_at"], self._now),
        )

    def _newsletter(self, cell: str, row: ImportRow) -> str | None:
        """Nobody gets into a newsletter because they have another one."""
        if self._known:
            if cell in self._known or (not cell and row.state is ImportState.SUPPRESSED):
                return cell or None
            raise WrongLine(
                "newsletter", f"is {cell!r}, which config.yaml does not have; see --newsletter"
            )
        self._first = self._first or cell
        if cell != self._first:
            wrong = f"is a subscriber of {cell}, the lines above are of {self._first}"
            raise WrongLine("newsletter", f"{wrong}; leave --newsletter out to keep them apart")
        return ""
