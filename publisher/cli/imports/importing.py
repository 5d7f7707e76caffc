"""An import as a whole: several lists, what is wrong with them, and what is said at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.cli.imports.report import Refusals
from publisher.cli.imports.subscribers import COLUMNS, Sheet
from publisher.cli.output import counted
from publisher.errors import UsageError
from publisher.model.contacts import ImportRow


@dataclass(slots=True)
class Import:
    """All lists of one import; where `goes_on`, lines that are wrong are left out."""

    sheets: Sequence[Sheet]
    refusals: Refusals
    name: str
    goes_on: bool = False

    def arrivals(self) -> Iterator[ImportRow]:
        """Everybody in the lists; once a line is wrong, only what else is wrong is looked for.

        Raises:
            UsageError: a list cannot be read, has no column `email`, or has lines that are wrong.
        """
        exports = {
            each.source.archive for each in self.sheets if each.source.archive and each.is_export()
        }
        for sheet in self.sheets:
            sheet.is_among_exports = sheet.source.archive in exports
            for row in sheet.arrivals():
                if self.goes_on or not self.refusals.count:
                    yield row
        if not any(sheet.is_list for sheet in self.sheets):
            raise UsageError(f"{self.name}: no list in it has a column named email", COLUMNS)
        if self.refusals.count and not self.goes_on:
            wrong = f"{self.name}: {counted(self.refusals.count, 'bad line')}"
            raise UsageError(f"{wrong}; nothing was imported", self._how_to_fix())

    @property
    def origin(self) -> str:
        """What exported the lists, or their names."""
        tools = dict.fromkeys(each.tool for each in self.sheets if each.tool)
        return ", ".join(tools) or self.name

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether another tool has mailed these readers so far."""
        return any(each.tool not in {"", "Publisher"} for each in self.sheets)

    @property
    def unproved(self) -> int:
        """How many of those who are active come without any sign of their consent."""
        return sum(each.details.unproved for each in self.sheets if each.details)

    def remarks(self) -> Iterator[str]:
        """What to say of lists that were read."""
        for sheet in self.sheets:
            yield from sheet.remarks()

    def _how_to_fix(self) -> str:
        if any(sheet.misread for sheet in self.sheets):
            return (
                "say what the lines are that are not UTF-8, such as --encoding cp1252; or leave "
                "them out: --refused FILE"
            )
        return "fix them, then import again; or leave them out: --refused FILE"
