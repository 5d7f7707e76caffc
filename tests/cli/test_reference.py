from publisher.cli.entry import COMMANDS, SUMMARIES
from publisher.cli.reference import PAGE, reference


def test_the_page_of_commands_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run: make fix"


def test_every_command_has_its_one_line() -> None:
    assert list(COMMANDS) == list(SUMMARIES)
