"""The block `archive` of config.yaml: editions as static files of the site."""

from pathlib import Path

from publisher.adapters.base import option
from publisher.config.options.site import Block
from publisher.config.options.values import SecureAddress


class Archive(Block):
    """Where editions are written as pages of the site."""

    folder: Path | None = option(
        "A folder of the site that is copied to the web as it is, such as Hugo's "
        "`static/archive`: `publish run` writes the editions there.",
        None,
    )
    url: SecureAddress | None = option(
        "The address that the folder has on the web. Empty: `/archive` below `site.url`.", None
    )
