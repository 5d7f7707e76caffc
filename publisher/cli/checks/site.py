"""What `publish check` finds out about the site without asking anybody: its posts and addresses."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from publisher.config.site_address import is_local, is_placeholder
from publisher.config.source.tree import located
from publisher.errors import Problem
from publisher.model.posts import Status

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.config.options.site import Content
    from publisher.content.generators.base import Found
    from publisher.model.posts import Post

_OPTION = re.compile(r"\b(content|site)\.(\w+)")
_ENOUGH = 256 * 1024


def problems_of(posts: "Iterable[Post]") -> Iterator[Problem]:
    """What is wrong with the posts that readers could get."""
    return (_of_post(post) for post in posts if post.problem and not _is_apart(post))


def warnings_of(config: "Config", posts: "Sequence[Post]") -> Iterator[Problem]:
    """What is as it may be, but keeps posts from readers or may surprise."""
    yield from _of_generator(config)
    yield from exposed(config)
    yield from _of_languages(config)
    undated = Status.UNDATED
    apart = (post for post in posts if post.problem and _is_apart(post))
    yield from (_of_post(post) for post in apart if not (post.draft and post.status is undated))
    yield from _of_addresses(posts)


def exposed(config: "Config") -> Iterator[Problem]:
    """Generators that would copy Publisher's own files, and so subscribers, to the web."""
    from publisher.content.files import beginning
    from publisher.content.generators import generator

    for content in _folders(config):
        leaves_out = generator(content.generator).left_out_by
        inside = content.folder and config.folder.is_relative_to(content.folder)
        if leaves_out is None or not inside:
            continue
        name, line = leaves_out
        settings = (content.site or config.folder) / name
        if "queue" not in beginning(settings, _ENOUGH):
            problem = f"{content.generator} copies queue/, with your subscribers, to the web"
            how = "add" if settings.exists() else "write that file, with the line"
            yield Problem(name, None, "", problem, f"{how}: {line}")
            return


def address_problem(config: "Config") -> Iterator[Problem]:
    """The address of a guide or a theme, which readers cannot open."""
    if is_placeholder(config.site.url):
        hint = "write the address of your site"
        yield located(config.file, ("site", "url"), f"{config.site.url} is a placeholder", hint)


def remarks_of(config: "Config") -> Iterator[str]:
    """What the site's own settings leave open, as `publish init` said, and is open still."""
    from publisher.content.finding import rivals
    from publisher.content.generators import detect_all

    for content, found in _found(config):
        for note in (each for each in found.notes if not _is_settled(each, content)):
            yield f"{content.name}: {note}"
        if first := detect_all(found.root):
            for other in [first[0], *rivals(first)]:
                if other.generator != found.generator and other.sure == found.sure:
                    yield f"{content.name}: {other.seen} of a {other.generator} site is here, too"


def unaddressed(config: "Config", posts: "Iterable[Post]") -> Iterator[Problem]:
    """That no post has an address, so that nothing could ever be sent."""
    apart = {Status.UNREADABLE, Status.NO_FRONT_MATTER}
    dated = [post for post in posts if not (post.draft or post.page or post.status in apart)]
    if dated and not any(post.url for post in dated):
        problem = "no post has an address, so nothing is sent"
        reason, _, hint = dated[-1].problem.rpartition("; ")
        hint = hint if reason else "set content.urls to a pattern such as /blog/:slug/"
        yield located(config.file, ("content",), problem, hint)


def _folders(config: "Config") -> "list[Content]":
    """The sources that are folders, not feeds."""
    return [content for content in config.content if content.folder]


def _is_apart(post: "Post") -> bool:
    """Whether no edition would have it, however sound it were."""
    without_page = not post.url and post.status is not Status.UNREADABLE
    return post.draft or post.page or without_page


def _of_post(post: "Post") -> Problem:
    """What follows the last semicolon of a post's problem is the hint."""
    words = post.problem.rsplit("; ", 1)
    where = "" if post.status is Status.OK else post.status.value
    return Problem(post.path, post.problem_line, where, *words)


def _found(config: "Config") -> "Iterator[tuple[Content, Found]]":
    """Each source, and what its generator reads of the site now; one of several is enough."""
    from publisher.content.generators import detect_by

    seen = set()
    for content in _folders(config):
        root = content.site or config.folder
        if (root, content.generator) not in seen:
            seen.add((root, content.generator))
            if found := detect_by(content.generator, root):
                yield content, found


def _is_settled(note: str, content: "Content") -> bool:
    """Whether config.yaml has the option that a note asks for."""
    if "--sitemap" in note and (content.urls or content.path):
        return True
    names = _OPTION.findall(note)
    return any(block == "site" or getattr(content, option, None) for block, option in names)


def _of_generator(config: "Config") -> Iterator[Problem]:
    """Another generator that is surer of the site than the one of config.yaml."""
    from publisher.content.generators import detect_all
    from publisher.content.generators.base import Sure

    if is_local(config.site.url):
        problem = f"{config.site.url} leads to this machine only"
        yield located(config.file, ("site", "url"), problem, "write the address of your site")
    roots = {content.site or config.folder: content for content in reversed(_folders(config))}
    for root, content in roots.items():
        known = detect_all(root)
        own = next((each.sure for each in known if each.generator == content.generator), 0)
        if known and known[0].sure > max(own, Sure.GUESS):
            problem = f"this looks like a {known[0].generator} site ({known[0].seen})"
            hint = f"set generator: {known[0].generator}, or run publish init --force"
            yield located(config.file, ("content",), problem, hint)


def _of_languages(config: "Config") -> Iterator[Problem]:
    """That readers get English words beside posts in another language."""
    from publisher.rendering.words import languages

    places: dict[str, tuple[str, ...]] = {config.site.language: ("site", "language")}
    for name, newsletter in config.newsletters.items():
        path: tuple[str, ...] = ("newsletters", name, "choices", "languages")
        places = dict.fromkeys(newsletter.offer.languages, path) | places
    for language, path in places.items():
        if untold := _untold(config, language):
            problem = f"{untold} have no translation into {language}"
            hint = "translate them in words:, or use one of " + ", ".join(languages())
            yield located(config.file, path, problem, hint)


def _untold(config: "Config", language: str) -> str:
    """How many of the texts that readers see have no words in `language`; '' if all have."""
    from publisher.rendering.source_texts import source_texts
    from publisher.rendering.words import SOURCE, own_texts, speaks

    if language.partition("-")[0].casefold() == SOURCE:
        return ""
    texts, shipped = source_texts(config.templates), source_texts()
    translated = own_texts(language, config.words) | (set(shipped) if speaks(language) else set())
    untold = sorted(texts.keys() - translated)
    return f"{len(untold)} of {len(texts)} texts, such as {untold[0]!r}," if untold else ""


def _of_addresses(posts: "Sequence[Post]") -> Iterator[Problem]:
    """Posts of which the site can show only one, because they have one address."""
    from publisher.content.selection.stories import page

    pages: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        if post.url and not post.draft and not post.page:
            pages[page(post.url)].append(post)
    for alike in pages.values():
        for post in alike[:-1]:
            problem = f"it has the address of {alike[-1].path}: {post.url}"
            hint = "only one of them is sent; give one an address of its own"
            yield Problem(post.path, None, "same-url", problem, hint)
