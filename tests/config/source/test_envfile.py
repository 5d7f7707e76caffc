from pathlib import Path

import pytest

from publisher.config.source.envfile import added_to, read, warnings_of
from publisher.errors import ConfigurationError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secrets.env"


def test_variables_as_systemd_and_docker_write_them(file: Path) -> None:
    file.write_text(
        "\ufeff# accounts\n\nA=plain words\nexport B = 'x # y'\nC=\"a=b\"\n  D=\nE=it's\n",
        encoding="utf-8",
    )
    assert read(file) == {"A": "plain words", "B": "x # y", "C": "a=b", "D": "", "E": "it's"}


def test_what_stands_in_the_environment_wins_and_the_rest_goes_again(file: Path) -> None:
    file.write_text("A=file\nB=file\n", encoding="utf-8")
    environ = {"A": "own"}
    with added_to(environ, file):
        assert environ == {"A": "own", "B": "file"}
    assert environ == {"A": "own"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("hunter2", "is not a variable"),
        ("1A=hunter2", "is not a variable"),
        ("A='hunter2", "the quotes are not closed"),
    ],
)
def test_a_line_that_is_none_is_told_without_its_value(file: Path, line: str, told: str) -> None:
    file.write_text(f"A=1\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read(file)
    assert f"secrets.env:2: {told}" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(file)


def test_others_should_not_read_it(file: Path) -> None:
    file.touch(mode=0o600)
    assert warnings_of(file) == []
    file.chmod(0o644)
    assert "chmod 600" in str(warnings_of(file)[0])
