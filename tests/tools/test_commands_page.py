from publisher.cli.entry import COMMANDS
from tools.commands_page import PAGE, page

WIDEST = 45  # a line of `publish --help`, without a break


def test_the_page_of_commands_is_up_to_date() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written, "run: make fix"


def test_every_command_has_its_one_line() -> None:
    assert [each for each in COMMANDS.values() if len(each) > WIDEST or each[-1] != "."] == []
