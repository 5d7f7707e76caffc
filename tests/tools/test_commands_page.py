from publisher.cli.entry import COMMANDS, SUMMARIES
from tools.commands_page import PAGE, page


def test_the_page_of_commands_is_up_to_date() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written, "run: make fix"


def test_every_command_has_its_one_line() -> None:
    assert list(COMMANDS) == list(SUMMARIES)
