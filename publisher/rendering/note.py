"""A post becomes a note that fits its network, however that network counts.

Only the post's own words are ever shortened: the link and the hashtags stand whole or not at all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from publisher.errors import PublisherError
from publisher.model.messages import Limits, Note
from publisher.model.posts import Post
from publisher.rendering.brand import Site
from publisher.rendering.context import site_context
from publisher.rendering.templates import TEXT, Templates
from publisher.rendering.text.clean import clean, hashtags
from publisher.rendering.text.links import safe_url, with_parameters
from publisher.rendering.text.pieces import pieces
from publisher.rendering.text.truncate import longest

# A link, or a mention as the least strict network has it: X takes the full-width @ (U+FF20) too,
# and looks for letters of ASCII alone before it, which "RT" may be.
_LINK_OR_MENTION = re.compile(
    r"(?P<link>(?<![@$#\uff20\uff03])"
    r"(?:https?://\S+|(?<![\w.-])(?:www\.\S+|[\w-]++(?:\.[\w-]++)++/\S*)))"
    r"|(?:(?<![A-Za-z0-9_])|(?<=\brt))[@\uff20](?=\w)",
    re.IGNORECASE,
)
_CASHTAG = re.compile(r"(?<!\w)\$(?=[A-Za-z]{1,6}(?![A-Za-z]))")
_WORD_JOINER = "\u2060"

Lead = Literal["title", "description", "both"]


@dataclass(frozen=True, slots=True)
class NoteStyle:
    """How a channel's notes look.

    `hashtags` is the most that a note gets, from categories but `ignored_tags`; `utm` are query
    parameters for the link; `language` is used where a post names none. `lead` is what a note
    begins with: the title, the description (the title where there is none), or both. `channel` is
    the name by which a post may have words of its own for it.
    """

    template: str = "note"
    lead: Lead = "description"
    hashtags: int = 0
    ignored_tags: frozenset[str] = frozenset({"latest"})
    utm: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    content_warning: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class NotePost:
    """A post as a note's template sees it; `categories` are as the author wrote them."""

    title: str
    description: str
    categories: tuple[str, ...]
    language: str


def render_note(
    templates: Templates, site: Site, post: Post, limits: Limits | None, style: NoteStyle
) -> Note:
    """The note of `post`, cut to `limits` as the network counts (None: as long as it gets).

    Where several posts are allowed, a text that is longer than one becomes a thread. What is too
    long even so loses its hashtags, last first; then words of the description, then of the
    title: at a sentence's end, else between words, with an ellipsis. `@name` gets an invisible
    word joiner (U+2060) behind its `@`, so that no post can call a stranger; so does every `$TAG`
    but the first, as X allows one. Hashtags in the author's words stay.

    Raises:
        TemplateError: the template is missing or wrong.
        PublisherError: the limit is too small even for the link.
    """
    draft = _Draft(templates, site, post, style)
    return draft.note(*draft.fitted(limits))


class _Draft:
    """One note in the making."""

    def __init__(self, templates: Templates, site: Site, post: Post, style: NoteStyle) -> None:
        self._templates = templates
        self._style = style
        self._site = site_context(site)
        self._post = post
        self._url = with_parameters(safe_url(post.shared_url), {} if post.link else style.utm)
        self._own_words = self._written(post.social.text_on(style.channel))
        self._title = "" if self._own_words else neutral(clean(post.title))
        self._description = self._own_words or neutral(clean(post.description))
        self._language = clean(post.language or style.language or site.language)
        self._warning = clean(style.content_warning)
        written = self._own_words.casefold().split()
        tags = hashtags(post.categories, style.ignored_tags, style.hashtags)
        self._tags = tuple(tag for tag in tags if f"#{tag.casefold()}" not in written)

    def _written(self, text: str) -> str:
        """The author's own words for the note, lines kept; they may call whom they like."""
        lines = "\n".join(map(clean, text.splitlines())).strip()
        if self._url:
            lines = _whole(self._post.shared_url).sub(lambda _: self._url, lines)
        return _one_cashtag(lines)

    def fitted(self, limits: Limits | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The text that fits, or those of a thread, and the tags that stand in it."""
        one = limits and replace(limits, posts=1)
        for room in dict.fromkeys((one, limits)):
            for tags in (self._tags[:count] for count in range(len(self._tags), -1, -1)):
                text = self._text(self._title, self._description, tags)
                if texts := self._texts(text, room):
                    return texts, tags
        assert limits is not None  # noqa: S101 - without limits the first text fits
        return self._texts(self._shortened(limits), limits), ()

    def _shortened(self, limits: Limits) -> str:
        ways: tuple[tuple[str, Callable[[str], str]], ...] = (
            (self._description, lambda words: self._text(self._title, words, ())),
            (self._title, lambda words: self._text(words, "", ())),
        )
        for words, render in ways:

            def fits(kept: str, render: Callable[[str], str] = render) -> bool:
                return bool(self._texts(render(kept), limits))

            cut = longest(words, fits)
            if cut:
                return render(cut)
        return self._bare(limits)

    def _bare(self, limits: Limits) -> str:
        text = self._text("", "", ())
        if text and self._texts(text, limits):
            return text
        raise PublisherError(
            f"{self._post.path}: {limits.length} {limits.unit} are too few even for the link",
            "use shorter links or a template without one",
        )

    def _texts(self, text: str, limits: Limits | None) -> tuple[str, ...]:
        """The text as so many posts as are allowed; none: it does not fit."""
        if limits is None or not limits.excess(text, self._warning):
            return (text,)
        if limits.posts == 1:
            return ()
        return pieces(text, lambda each: not limits.excess(each, self._warning), limits.posts)

    def _text(self, title: str, description: str, tags: tuple[str, ...]) -> str:
        post = NotePost(title, description, self._post.categories, self._language)
        lead = _one_cashtag(opening(self._style.lead, title, description))
        context: dict[str, Any] = {
            "post": post,
            "lead": lead,
            "site": self._site,
            "url": self._url if self._url and not _whole(self._url).search(lead) else "",
            "hashtags": [f"#{tag}" for tag in tags],
        }
        return self._templates.render_text(self._style.template + TEXT, context)

    def note(self, texts: tuple[str, ...], tags: tuple[str, ...]) -> Note:
        shown = self._url and any(self._url in text for text in texts)
        return Note(
            text=texts[0],
            thread=texts[1:],
            url=self._url if shown else "",
            link=self._url,
            image=safe_url(self._post.image),
            title=clean(self._post.title),
            description=clean(self._post.description),
            language=self._language,
            tags=tags,
            content_warning=self._warning,
        )


def _whole(url: str) -> re.Pattern[str]:
    """Finds an address that is not the beginning of a longer one."""
    return re.compile(re.escape(url) + r"(?![\w/?#&=%-])")


def neutral(words: str) -> str:
    """`words` that call nobody: `@name` and every `$TAG` but the first are made plain text."""
    return _one_cashtag(_LINK_OR_MENTION.sub(_joined, words))


def _joined(found: re.Match[str]) -> str:
    return found[0] if found["link"] else found[0] + _WORD_JOINER


def _one_cashtag(words: str) -> str:
    """`words` with the first `$TAG` alone, as X allows one."""
    first = _CASHTAG.search(words)
    if first is None:
        return words
    return words[: first.end()] + _CASHTAG.sub("$" + _WORD_JOINER, words[first.end() :])


def opening(lead: Lead, title: str, description: str) -> str:
    """What a note begins with; a description that begins with the title stands for both."""
    if not (title and description):
        return title or description
    if lead == "title":
        return title
    repeats = description.casefold().startswith(title.casefold())
    return description if lead == "description" or repeats else f"{title}\n\n{description}"
