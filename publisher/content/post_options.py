"""What a post's own front matter decides: no newsletter, no notes, its own words, few channels."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from publisher.content.frontmatter.yaml import Quoted
from publisher.content.selection.digest import Decision, out
from publisher.model.posts import NOTHING_ASKED, Post, Social

NEWSLETTER, SOCIAL = "newsletter", "social"
KEPT_OUT, OTHER_CHANNELS = "kept-out", "other-channels"

_YES = frozenset({"true", "yes", "on", "1", "y"})
_NO = frozenset({"false", "no", "off", "0", "n", "never", "none", "skip"})
_UNSAID = frozenset({"", "null", "~"})


class PostOptions(NamedTuple):
    """What the author decided, what is wrong with it, and the key that it is wrong with."""

    newsletter: bool = True
    social: Social = NOTHING_ASKED
    problem: str = ""
    key: str = ""


def read_options(values: Mapping[str, Any]) -> PostOptions:
    """What the flattened front matter decides; what cannot be understood is reported, once.

    A `skip` or `channels` that is there and cannot be understood keeps the post from being
    announced: a note that went out cannot be taken back.
    """
    in_newsletter, problem = _newsletter(values.get(NEWSLETTER, ""))
    options = PostOptions(in_newsletter, problem=problem, key=NEWSLETTER if problem else "")
    if SOCIAL not in values:
        return options
    inner = {
        key.partition(".")[2]: value for key, value in values.items() if key.startswith("social.")
    }
    social, key, problem = _social(values[SOCIAL], inner)
    if problem and not options.problem:
        options = options._replace(problem=problem, key=key)
    return options._replace(social=social)


def kept_out(post: Post, channels: Sequence[str] | None) -> Decision | None:
    """Why the post keeps itself out of an announcement on `channels`; None: of a newsletter."""
    if channels is None:
        why = "its front matter says newsletter: false"
        return None if post.newsletter else out(KEPT_OUT, why)
    if post.social.skip:
        return out(KEPT_OUT, "its front matter says that it is not to be announced")
    if post.social.channels is None or set(post.social.channels) & set(channels):
        return None
    named = ", ".join(post.social.channels) or "no channel"
    return out(OTHER_CHANNELS, f"its front matter names {named}, not {', '.join(channels)}")


def goes_to(post: Post, channel: str) -> bool:
    """Whether the post may be announced on `channel`."""
    return post.social.channels is None or channel in post.social.channels


def _newsletter(value: Any) -> tuple[bool, str]:
    """A flag; anything else is some other program's, and reported."""
    said = _flag(value, unsaid=True)
    if said is None:
        return True, "newsletter is neither true nor false, so it counts for nothing"
    return said, ""


def _social(value: Any, inner: Mapping[str, Any]) -> tuple[Social, str, str]:
    """What it says, and the key and the problem of the first thing wrong with it."""
    if not inner:
        return _bare(value)
    text, wrong_text = _text(inner.get("text", ""))
    alt, wrong_alt = _text(inner.get("alt", ""))
    skip, wrong_skip = _skip(inner.get("skip", ""))
    channels, wrong_channels = _channels(inner)
    wrong = {"text": wrong_text, "skip": wrong_skip, "channels": wrong_channels, "alt": wrong_alt}
    texts, others = _of_channels(inner, wrong)
    social = Social(text, skip, channels, alt=alt, texts=texts)
    for key, problem in (*wrong.items(), *others.items()):
        if problem:
            return social, f"social.{key.partition('.')[0]}", f"social.{key}: {problem}"
    return social, "", ""


def _of_channels(
    inner: Mapping[str, Any], known: Collection[str]
) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """The texts of blocks with a channel's name, and what is wrong with any other key."""
    texts: dict[str, str] = {}
    wrong: dict[str, str] = {}
    blocks = {key.partition(".")[0] for key in inner if "." in key}
    for key, value in inner.items():
        name, _, option = key.partition(".")
        if name in known or (name in blocks and not option):
            continue
        if not option:
            wrong[key] = f"unknown option; known are {', '.join(known)}, and blocks of channels"
        elif option == "text":
            texts[name], wrong[key] = _text(value)
        else:
            wrong[key] = "unknown option; a channel's block has only text"
    return tuple((name, text) for name, text in texts.items() if text), wrong


def _bare(value: Any) -> tuple[Social, str, str]:
    """`social` without a block: a flag, nothing, or nothing that can be understood."""
    said = _flag(value, unsaid=True)
    if said is None:
        problem = "social counts for nothing; write a block of text, skip and channels"
        return NOTHING_ASKED, SOCIAL, problem
    return Social(skip=not said), "", ""


def _text(value: Any) -> tuple[str, str]:
    if not isinstance(value, str):
        return "", "must be one text, so the note is made as usual"
    if not isinstance(value, Quoted) and _flag(value, unsaid=True) is not None:
        return "", ""
    return value.strip(), ""


def _skip(value: Any) -> tuple[bool, str]:
    said = _flag(value, unsaid=False)
    if said is None:
        return True, "neither true nor false, so the post is not announced"
    return said, ""


def _channels(inner: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, str]:
    value = inner.get("channels", "")
    words = value.split(",") if isinstance(value, str) else value
    if not words or (isinstance(value, str) and value.strip().lower() in _UNSAID):
        return None, ""
    names = tuple(dict.fromkeys(name.strip() for name in words if name.strip()))
    return names, "" if names else "must be a list such as [a, b], so the post is not announced"


def _flag(value: Any, *, unsaid: bool) -> bool | None:
    """Yes or no, `unsaid` where nothing is said; None: it cannot be understood."""
    word = value.strip().lower() if isinstance(value, str) else None
    if word in _UNSAID:
        return unsaid
    return True if word in _YES else False if word in _NO else None
