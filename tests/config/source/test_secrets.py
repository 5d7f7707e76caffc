from pathlib import Path

import pytest
from pydantic import SecretStr

from publisher.adapters.mastodon import MastodonSettings
from publisher.config import Config, load
from publisher.errors import ConfigurationError
from tests.config.conftest import GOOD, Place


def token(config: Config) -> str:
    settings = config.channels["fediverse"].settings
    assert isinstance(settings, MastodonSettings) and settings.token is not None
    return settings.token.get_secret_value()


def titled(text: str) -> str:
    return GOOD.replace("title: Gazette", f"title: '{text}'")


def test_a_variable_takes_the_place_of_its_name(place: Place) -> None:
    config = place.load()
    assert token(config) == "tok-5ecret"
    assert "5ecret" not in repr(config)


def test_quotes_are_not_needed_inside_braces(place: Place) -> None:
    assert token(place.load(GOOD.replace('"${TOKEN}"', "${TOKEN}"))) == "tok-5ecret"


def test_a_file_may_hold_the_secret(place: Place, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("  tok-from-file\n", encoding="utf-8")
    place.environ = {"TOKEN_FILE": str(tmp_path / "secret")}
    assert token(place.load()) == "tok-from-file"
    assert token(place.load(GOOD.replace("${TOKEN}", "${TOKEN_FILE}"))) == "tok-from-file"


def test_the_variable_wins_over_the_file(place: Place) -> None:
    place.environ = {"TOKEN": "direct", "TOKEN_FILE": "/nowhere"}
    assert token(place.load()) == "direct"


def test_several_stand_in_one_text_and_dollars_can_be_escaped(place: Place) -> None:
    place.environ = {"TOKEN": "t", "A": "one", "B": "two"}
    assert place.load(titled("${A}-${B} $$5 $$${A} $${A} $C")).site.title == (
        "one-two $5 $one ${A} $C"
    )


def test_what_a_variable_holds_is_not_looked_through_again(place: Place) -> None:
    place.environ = {"TOKEN": "t", "A": "${TOKEN} $$"}
    assert place.load(titled("${A}")).site.title == "${TOKEN} $$"


def test_numbers_and_lists_take_variables_too(place: Place) -> None:
    place.environ = {"TOKEN": "t", "N": "3", "CHANNEL": "fediverse"}
    config = place.load(GOOD.replace("[fediverse]", "[\"${CHANNEL}\"], per_slot: '${N}'"))
    social = config.announcements["social"]
    assert (social.channels, social.per_slot) == (("fediverse",), 3)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("${GONE}", "the environment variable GONE is not set; export GONE=…"),
        ("${EMPTY}", "EMPTY is set but empty; export EMPTY=…"),
        ("${a-b}", "invalid variable name after ${; write ${NAME}, or $${ for a literal ${"),
        ("${TOKEN", "invalid variable name after ${; write ${NAME}, or $${ for a literal ${"),
        ("${LOST}", ("the file that LOST_FILE names cannot be read (No such file or directory); "
         "export LOST_FILE=/path/of/a/readable/file")),
        ("${BINARY}", ("the file that BINARY_FILE names cannot be read (not UTF-8 text); "
         "export BINARY_FILE=/path/of/a/readable/file")),
        (
            "${ENDLESS}",
            "the file that ENDLESS_FILE names is too large for a secret; use another file",
        ),
    ],
)  # fmt: skip
def test_a_reference_that_cannot_be_filled(
    place: Place, tmp_path: Path, written: str, shown: str
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    place.environ = {
        "TOKEN": "t",
        "EMPTY": "",
        "LOST_FILE": "/nowhere/5ecret",
        "BINARY_FILE": str(tmp_path / "binary"),
        "ENDLESS_FILE": "/dev/zero",
    }
    assert place.mistake(titled(written)) == f"1: site.title: {shown}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://gazette.example", "${S}"),
        ("Europe/London", "${S}"),
        ("folder: posts", "folder: ${S}"),
        ("adapter: folder", "adapter: ${S}"),
        ("adapter: folder", "adapter: folder, quota: ${S}"),
        ("adapter: folder", "adapter: folder, min_interval: ${S}"),
        ("adapter: folder", "adapter: folder, hashtags: ${S}"),
        ("adapter: folder", "adapter: folder, template: ${S}"),
        ("https://m.example", "${S}"),
        ("host: mail.example", "host: mail.example, port: ${S}"),
        ("host: mail.example", "host: mail.example, password: ${S}"),
        ("channel: mail", "channel: ${S}"),
        ("channel: mail", "channel: mail, schedule: ${S}"),
        ("channel: mail", "channel: mail, max_age: ${S}"),
        ("Gazette <news@gazette.example>", "${S}"),
        ("[fediverse]", "[${S}]"),
        ("[fediverse]", "[fediverse], pick: ${S}"),
        ("announcements:", "database: ${S}\nannouncements:"),
        ("announcements:", "brand: {accent: ${S}}\nannouncements:"),
    ],
)
@pytest.mark.parametrize("secret", ["hunter2 every Pa55 at 99:99", "a/b\nc Pa55", "every Pa55 day"])
def test_no_mistake_repeats_a_secret(place: Place, old: str, new: str, secret: str) -> None:
    place.environ = {"TOKEN": "tok-5ecret", "S": secret}
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    shown = "\n".join(place.mistakes(text)).casefold()
    assert "pa55" not in shown
    assert "hunter2" not in shown
    assert "99:99" not in shown


def test_a_literal_secret_is_never_shown(place: Place) -> None:
    for token in ("two w0rds-5ecret", "[5ecret]", "5ecret\\n", "é5ecret"):
        shown = place.mistakes(GOOD.replace("${TOKEN}", token).replace("London", "Londn"))
        assert "5ecret" not in "\n".join(shown)


def test_a_secret_in_the_file_works_but_is_told(place: Place) -> None:
    config = place.load(GOOD.replace("${TOKEN}", "tok-literal"))
    assert token(config) == "tok-literal"
    assert [str(warning).partition("config.yaml:")[2] for warning in config.warnings] == [
        (
            "5: channels.fediverse.token: a secret is written in this file; "
            "export FEDIVERSE_TOKEN=… and write ${FEDIVERSE_TOKEN}"
        )
    ]


def test_the_database_is_a_secret(place: Place) -> None:
    place.environ = {"TOKEN": "t", "PASSWORD": "Pa55"}
    config = place.load(GOOD + "database: postgresql://me:${PASSWORD}@db.example/letters\n")
    assert config.database == SecretStr("postgresql://me:Pa55@db.example/letters")
    assert "Pa55" not in repr(config)


class TestWhereNothingIsSent:
    """Commands that send nothing do without what channels need."""

    def load(self, place: Place, text: str = GOOD) -> Config:
        place.environ = {}
        (place.folder / "config.yaml").write_text(text, encoding="utf-8")
        return load(place.folder / "config.yaml", place.environ, sends=False)

    def test_what_is_absent_is_told(self, place: Place) -> None:
        config = self.load(place)
        (absent,) = config.absent
        assert str(absent).endswith(
            "config.yaml:5: channels.fediverse.token: "
            "the environment variable TOKEN is not set; export TOKEN=…"
        )
        assert config.warnings == ()

    def test_what_every_command_needs_is_asked_for(self, place: Place) -> None:
        with pytest.raises(ConfigurationError, match=r"site.title: the environment variable TITLE"):
            self.load(place, titled("${TITLE}"))

    def test_an_option_that_no_other_word_can_stand_for_is_asked_for(self, place: Place) -> None:
        text = GOOD.replace("https://m.example", '"${BASE}"')
        with pytest.raises(ConfigurationError) as caught:
            self.load(place, text)
        (problem,) = caught.value.problems
        assert "the environment variable BASE is not set" in str(problem)
