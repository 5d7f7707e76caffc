"""The block `syndication` of config.yaml: where posts stand at networks, for the site."""

from pathlib import Path

from publisher.adapters.base import option
from publisher.config.options.site import Block


class Syndication(Block):
    """Links to posts at networks, as data for the site."""

    file: Path | None = option(
        "A JSON file of the site's data, such as Hugo's `data/syndication.json`: `publish run` and "
        "`publish now` keep in it where each post stands.",
        None,
    )
