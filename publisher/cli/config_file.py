"""Which file of a folder is Publisher's configuration: a site may have a config.yaml of its own."""

import re
from pathlib import Path

from publisher.content.files import beginning

NAME = "config.yaml"
BESIDE = "publisher.yaml"
_ENOUGH = 64 * 1024
_A_SITES = re.compile(
    r"^(?:base_?url|languagecode|theme|title)[ \t]*:", re.MULTILINE | re.IGNORECASE
)
_HUGOS = ("config.yml", "config.json", "config/_default")
"""Where these are the site's settings, Hugo would take a config.yaml beside them for its own."""


def configuration_in(folder: Path) -> Path:
    """The one that is there, else where it is to be: `config.yaml`, or `publisher.yaml`.

    The latter is for sites whose generator reads `config.yaml` itself.
    """
    own, beside = folder / NAME, folder / BESIDE
    if beside.exists():
        return beside
    if own.exists():
        return beside if _A_SITES.search(beginning(own, _ENOUGH)) else own
    return beside if any((folder / each).exists() for each in _HUGOS) else own
