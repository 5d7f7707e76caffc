"""What `publish check` finds out about the keys that sign, without asking anybody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import Problem

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.config.mistakes import Path
    from publisher.dkim.options import SigningKey

OPEN = "every account of this machine can read or change the key's file"


@dataclass(slots=True)
class Keys:
    """Keys that cannot sign, the channels that have them, and keys that are not kept safe."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)


def check_keys(config: "Config") -> Keys:
    """Try every key of every channel."""
    from publisher.config.source.secrets import ABSENT

    found = Keys()
    for name, channel in config.channels.items():
        keys = channel.signing_keys
        lacking = any(each.where.startswith(f"channels.{name}.dkim") for each in config.absent)
        for number, key in enumerate(keys):
            if lacking and ABSENT in {
                key.key.get_secret_value(),
                key.key_file and key.key_file.name,
            }:
                continue  # already reported
            path: Path = ("channels", name, "dkim", *((number,) if len(keys) > 1 else ()))
            for problem in _problems(config, key, path):
                found.problems.append(problem)
                found.channels.add(name)
            found.warnings += _warnings(config, key, path)
    return found


def _problems(config: "Config", key: "SigningKey", path: "Path") -> Iterator[Problem]:
    from publisher.dkim.keys import KeyProblem, tried_key

    try:
        tried_key(key)
    except KeyProblem as error:
        option = "key_file" if key.key_file else "key"
        problem, _, hint = str(error).partition(": ")
        yield _located(config, (*path, option), problem, hint)


def _warnings(config: "Config", key: "SigningKey", path: "Path") -> Iterator[Problem]:
    from publisher.dkim.keys import is_open_to_others

    if key.key_file and is_open_to_others(key.key_file):
        yield _located(config, (*path, "key_file"), OPEN, f"chmod 600 {key.key_file.name}")


def _located(config: "Config", path: "Path", problem: str, hint: str) -> Problem:
    from publisher.config.mistakes import Mistake
    from publisher.config.source.tree import line_in

    where = Mistake(path, "").where
    return Problem(str(config.file), line_in(config.file, path), where, problem, hint)
