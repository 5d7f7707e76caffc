"""Cells that no spreadsheet takes for a formula, and lines that are refused."""

import re
from typing import Final

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")


class WrongLine(Exception):
    """What is wrong with a line, and with which of its columns."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(problem)
        self.where = where
        self.problem = problem


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_written(cell: str) -> str:
    """The cell that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
