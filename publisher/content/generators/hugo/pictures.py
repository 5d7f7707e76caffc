"""Pictures in leaf bundles: which one stands for the page, and where it is on the web.

The order is that of https://gohugo.io/templates/embedded/#open-graph.
"""

import os
import re
from pathlib import Path

from publisher.content.urls import escaped

IMAGES = (
    "images", "image", "image.src", "image.url", "image.path", "image.filename", "cover.image",
    "cover", "cover_image", "coverimage", "featured_image", "featuredimage", "featureimage",
    "feature_image", "featured.image", "feature", "featuredimagepreview", "thumbnail", "banner",
    "hero", "heroimage", "header.image", "social_image", "og_image", "ogimage", "share_img",
    "poster", "img", "image_thumb",
)  # fmt: skip
_PICTURE = re.compile(r"(?P<name>.*)\.(?:jpe?g|png|webp|gif|avif)", re.IGNORECASE)
_WORDS = (("feature",), ("cover", "thumbnail"))


def of_bundle(folder: Path) -> str:
    """The name of the picture in a bundle that is called as one that stands for it; '' if none."""
    try:
        with os.scandir(folder) as found:
            names = sorted(each.name for each in found)
    except OSError:
        return ""
    matches = filter(None, map(_PICTURE.fullmatch, names))
    pictures = [(match["name"].lower(), match[0]) for match in matches]
    for words in _WORDS:
        for bare, name in pictures:
            if any(word in bare for word in words):
                return name
    return ""


def beside(image: str, folder: Path, url: str) -> str:
    """The address of a picture in the bundle in `folder`; '' where it does not lie there."""
    name = image.removeprefix("./")
    if not url or name.startswith("/") or ":" in name or ".." in name:
        return ""
    try:
        is_there = (folder / name).is_file()
    except (OSError, ValueError):
        return ""
    return f"{url.rstrip('/')}/{escaped(name)}" if is_there else ""
