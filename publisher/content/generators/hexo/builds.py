"""Builds: on which machine's clock a site is built, as the days in its addresses follow it."""

import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from pathlib import Path

from publisher.content.files import beginning
from publisher.content.settings.zones import zone_named

_FILES = (".travis.yml", ".gitlab-ci.yml", "netlify.toml", "vercel.json", ".circleci/config.yml")
_WORKFLOWS = Path(".github", "workflows")
_BUILDS = re.compile(r"\bhexo\b|\b(?:npm|yarn|pnpm)\s+(?:run\s+)?(?:build|generate|deploy)")
_ZONE = re.compile(r"(?:\bTZ\b|timezoneLinux|set-timezone|zoneinfo/)[\"'\s:=]*([A-Za-z]+/[\w/+-]+)")
_MOST_BYTES = 64 * 1024
_MOST_FILES = 30


def build_zone(root: Path) -> tzinfo | None:
    """The zone of the service that builds the site: UTC if its script sets no other.

    None where nothing says that a service builds it: it is built at home then.
    """
    for text in _scripts(root):
        if _BUILDS.search(text):
            match = _ZONE.search(text)
            return (zone_named(match[1]) or UTC) if match else UTC
    return None


def _scripts(root: Path) -> Iterator[str]:
    try:
        workflows = sorted((root / _WORKFLOWS).glob("*.y*ml"))[:_MOST_FILES]
    except OSError:
        workflows = []
    for path in (*workflows, *(root / name for name in _FILES)):
        yield beginning(path, _MOST_BYTES)
