"""MJML 4's components, after its documentation: where each may stand and what it takes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Component:
    """One tag. `inside` holds its allowed parents, `text` says that it holds HTML, not MJML."""

    inside: frozenset[str]
    attributes: frozenset[str]
    text: bool = False


EVERYWHERE = frozenset({"css-class", "mj-class"})

_HEAD = "mj-head"
_ROW = "mj-body mj-wrapper"
_CELL = "mj-column mj-hero"

_PADDING = "padding padding-top padding-right padding-bottom padding-left"
_FONT = (
    "color font-family font-size font-style font-weight letter-spacing line-height"
    " text-decoration text-transform"
)
_BORDER = "border border-top border-right border-bottom border-left border-radius"
_BACKGROUND = (
    "background-color background-url background-repeat background-size background-position"
    " background-position-x background-position-y"
)
_SECTION = f"{_BACKGROUND} {_BORDER} {_PADDING} direction full-width text-align text-padding"
_LINK = "href rel target title name"
_CONTAINER = f"container-background-color {_PADDING}"
_ICON = (
    "icon-position icon-size icon-height icon-width icon-align icon-wrapped-url"
    " icon-wrapped-alt icon-unwrapped-url icon-unwrapped-alt"
)
_LINKS_ITEM = f"{_LINK} {_FONT} {_PADDING}"


def _component(inside: str, attributes: str = "", *, text: bool = False) -> Component:
    return Component(frozenset(inside.split()), frozenset(attributes.split()), text)


COMPONENTS: dict[str, Component] = {
    "mjml": _component("", "lang dir owa"),
    "mj-head": _component("mjml"),
    "mj-body": _component("mjml", "background-color width id"),
    # the head
    "mj-attributes": _component(_HEAD),
    "mj-all": _component("mj-attributes"),
    "mj-class": _component("mj-attributes", "name"),
    "mj-breakpoint": _component(_HEAD, "width"),
    "mj-font": _component(_HEAD, "name href"),
    "mj-html-attributes": _component(_HEAD),
    "mj-selector": _component("mj-html-attributes", "path"),
    "mj-html-attribute": _component("mj-selector", "name", text=True),
    "mj-preview": _component(_HEAD, text=True),
    "mj-style": _component(_HEAD, "inline", text=True),
    "mj-title": _component(_HEAD, text=True),
    # rows and columns
    "mj-wrapper": _component("mj-body", f"{_SECTION} gap"),
    "mj-section": _component(_ROW, _SECTION),
    "mj-hero": _component(
        _ROW,
        f"{_BACKGROUND} {_PADDING} background-height background-width border-radius height"
        " inner-background-color inner-padding inner-padding-top inner-padding-right"
        " inner-padding-bottom inner-padding-left mode vertical-align width"
        " container-background-color align",
    ),
    "mj-group": _component("mj-section", "background-color direction vertical-align width"),
    "mj-column": _component(
        "mj-section mj-group",
        f"background-color direction vertical-align width {_BORDER} {_PADDING}"
        " inner-background-color inner-border inner-border-top inner-border-right"
        " inner-border-bottom inner-border-left inner-border-radius",
    ),
    # what columns hold
    "mj-text": _component(
        _CELL, f"align height background-color vertical-align {_FONT} {_CONTAINER}", text=True
    ),
    "mj-button": _component(
        _CELL,
        f"align background-color height width inner-padding text-align vertical-align {_BORDER}"
        f" {_LINK} {_FONT} {_CONTAINER}",
        text=True,
    ),
    "mj-image": _component(
        _CELL,
        f"align alt src srcset sizes height width max-height fluid-on-mobile usemap font-size"
        f" {_BORDER} {_LINK} {_CONTAINER}",
    ),
    "mj-divider": _component(
        _CELL, f"align border-color border-style border-width width {_CONTAINER}"
    ),
    "mj-spacer": _component(_CELL, f"height width vertical-align {_BORDER} {_CONTAINER}"),
    "mj-table": _component(
        _CELL,
        f"align border cellpadding cellspacing role table-layout vertical-align width {_FONT}"
        f" {_CONTAINER}",
        text=True,
    ),
    "mj-social": _component(
        _CELL,
        f"align border-radius icon-height icon-padding icon-size inner-padding mode table-layout"
        f" text-padding vertical-align {_FONT} {_CONTAINER}",
    ),
    "mj-social-element": _component(
        "mj-social",
        f"align alt background-color border-radius icon-height icon-padding icon-position"
        f" icon-size sizes src srcset text-padding vertical-align {_LINK} {_FONT} {_PADDING}",
        text=True,
    ),
    "mj-navbar": _component(
        _CELL,
        f"align base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size"
        f" ico-line-height ico-open ico-padding ico-padding-bottom ico-padding-left"
        f" ico-padding-right ico-padding-top ico-text-decoration ico-text-transform {_CONTAINER}",
    ),
    "mj-navbar-link": _component("mj-navbar", _LINKS_ITEM, text=True),
    "mj-accordion": _component(_CELL, f"border font-family {_ICON} {_CONTAINER}"),
    "mj-accordion-element": _component(
        "mj-accordion", f"background-color border font-family {_ICON}"
    ),
    "mj-accordion-title": _component(
        "mj-accordion-element", f"background-color {_FONT} {_PADDING}", text=True
    ),
    "mj-accordion-text": _component(
        "mj-accordion-element", f"background-color {_FONT} {_PADDING}", text=True
    ),
    "mj-carousel": _component(
        _CELL,
        f"align background-color border-radius icon-width left-icon right-icon tb-border"
        f" tb-border-radius tb-hover-border-color tb-selected-border-color tb-width thumbnails"
        f" {_CONTAINER}",
    ),
    "mj-carousel-image": _component(
        "mj-carousel",
        "alt border-radius href rel src target tb-border tb-border-radius thumbnails-src title",
    ),
    # anywhere
    "mj-raw": _component(
        "mjml mj-head mj-body mj-wrapper mj-section mj-group mj-column mj-hero mj-social mj-navbar"
        " mj-accordion mj-carousel",
        "position",
        text=True,
    ),
}
