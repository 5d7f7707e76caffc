"""A channel's block: the options all adapters share, and the adapter's own by its own model."""

import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel, SecretStr

from publisher import adapters
from publisher.adapters.base import Adapter, Settings
from publisher.config.mistakes import Mistake, Path, closest
from publisher.config.options.sending import Channel
from publisher.config.options.values import placed
from publisher.config.validate import blocks, options, read_section
from publisher.model.messages import Message

AdapterClass = type[Adapter[Message]]


@dataclass(slots=True)
class ChannelReading:
    """What came of one channel's block; `adapter` is None where its word names none.

    `secrets` are the paths of options that the adapter declares as secret.
    """

    channel: Channel | None = None
    adapter: AdapterClass | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    secrets: list[Path] = field(default_factory=list)


def read_channel(name: str, raw: Any, folder: FilePath) -> ChannelReading:
    """Check the block of the channel `name`; `folder` is where relative paths begin."""
    path: Path = ("channels", name)
    if not isinstance(raw, dict):
        mistake = Mistake(path, "must be a block of options", "add adapter: folder")
        return ChannelReading(mistakes=[mistake])
    reading = ChannelReading()
    reading.adapter = _load(raw.get("adapter"), path, reading)
    shared = _read_shared(raw, path, reading)
    if reading.adapter is not None:
        own = _read_own(reading.adapter.settings, raw, path, folder, reading)
        if shared is not None and own is not None:
            reading.channel = shared.complete(name, reading.adapter, own)
    return reading


def _load(word: Any, path: Path, reading: ChannelReading) -> AdapterClass | None:
    if not isinstance(word, str) or not word:
        return None
    try:
        return adapters.load(word)
    except LookupError as error:
        reading.mistakes.append(Mistake((*path, "adapter"), str(error.args[0])))
        return None


def _read_shared(raw: dict[str, Any], path: Path, reading: ChannelReading) -> Channel | None:
    names = options(Channel)
    mine = {key: value for key, value in raw.items() if key in names}
    if reading.adapter is None:
        mine |= {key: raw[key] for key in raw if closest(key, names, alike=0.8)}
    channel, mistakes = read_section(Channel, mine, path)
    reading.mistakes += mistakes
    return channel


def _read_own(
    model: type[Settings],
    raw: dict[str, Any],
    path: Path,
    folder: FilePath,
    reading: ChannelReading,
) -> Settings | None:
    """The adapter's options; what neither it nor the others know is a mistake here."""
    shared = options(Channel).keys() - options(model)
    own = {key: value for key, value in raw.items() if key not in shared}
    settings, mistakes = read_section(model, _placed(model, own, folder), path, shared)
    reading.mistakes += mistakes
    reading.secrets = list(_secrets(model, own, path))
    return settings


def _secrets(model: type[BaseModel], raw: Any, path: Path) -> Iterator[Path]:
    """Where secrets are in a block, in blocks inside it and in lists of them."""
    if isinstance(raw, list):
        for number, each in enumerate(raw):
            yield from _secrets(model, each, (*path, number))
    if not isinstance(raw, dict):
        return
    for key, info in options(model).items():
        if key not in raw:
            continue
        if _takes(info.annotation, SecretStr):
            yield (*path, key)
        for block in blocks(info.annotation):
            yield from _secrets(block, raw[key], (*path, key))


def _placed(model: type[BaseModel], raw: Any, folder: FilePath) -> Any:
    """A block with its paths read from config.yaml's folder, in blocks inside it too."""
    if isinstance(raw, list):
        return [_placed(model, each, folder) for each in raw]
    if not isinstance(raw, dict):
        return raw
    found = dict(raw)
    for key, info in options(model).items():
        for block in blocks(info.annotation) if key in raw else ():
            found[key] = _placed(block, raw[key], folder)
        text = raw.get(key, info.default)  # a default is a path as well
        if _takes(info.annotation, FilePath) and isinstance(text, str | FilePath) and str(text):
            found[key] = placed(folder, text)
    return found


def _takes(annotation: Any, wanted: type) -> bool:
    """Whether `wanted` is the annotation or is anywhere inside it."""
    inside = typing.get_args(annotation)
    return annotation is wanted or any(_takes(each, wanted) for each in inside)
