"""A page of a browser that reaches nothing, and pictures of the tests' own making for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from tests.rendering.samples import SITE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHAPES = {
    "landscape": (1200, 800),
    "portrait": (800, 1200),
    "square": (900, 900),
    "panorama": (1600, 300),
    "middling": (560, 420),
    "tiny": (64, 64),
}


def drawn(url: str) -> bytes:
    """A picture of this test's own making, so that none is fetched; its name says its shape."""
    width, height = SHAPES.get(url.rpartition("/")[2].partition(".")[0], (900, 600))
    hue = sum(map(ord, url)) * 7 % 360
    image = Image.new("RGB", (width, height), f"hsl({hue}, 45%, 70%)")
    pen = ImageDraw.Draw(image)
    radius, middle = min(width, height) // 5, (width // 2, height // 3)
    pen.circle(middle, radius, fill=f"hsl({hue}, 70%, 85%)")
    hill = [(0, 600), (0, 380), (330, 250), (620, 450), (900, 300), (900, 600)]
    pen.polygon([(x * width // 900, y * height // 600) for x, y in hill], fill=f"hsl({hue}, 40%, 35%)")  # fmt: skip  # noqa: E501 - one hill
    buffer = BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


@contextmanager
def opened(
    browser: "Browser", width: int, scheme: Any, *own: str, **options: Any
) -> Iterator["Page"]:
    """A page that gets the sample site's pictures, and asks for nothing but them and its `own`."""
    kind: Any = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, **options}
    context = browser.new_context(**kind)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route(
        f"{SITE}/**",
        lambda route: route.fulfill(body=drawn(route.request.url), content_type="image/jpeg"),
    )
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((f"{SITE}/", *own))] == []
