"""What `publish init` learns of a site's own output: sitemaps, feeds, built pages."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from publisher.cli.output import counted, say
from publisher.errors import ContentError, UsageError

if TYPE_CHECKING:
    from publisher.config.site_facts import SiteFacts
    from publisher.content.evidence import Evidence
    from publisher.content.generators.base import Found, FoundSource
    from publisher.content.learning.learn import Learned, Learnt
    from publisher.content.source import Rule, Source


def learn_addresses(
    found: "Found | None", known: "SiteFacts", folder: Path, names: Sequence[str]
) -> "SiteFacts":
    """What is known of the site with what its output says of addresses; says what it learns.

    Args:
        found: the site, or None where no generator knows it.
        known: what is known of it so far.
        folder: where config.yaml is to stand.
        names: sitemaps and feeds, files or web addresses; none: a built folder beside the site.
    """
    from publisher.content.learning.learn import learn

    evidence = _evidence(found, folder, names)
    if evidence is None:
        return known
    if names and (found is None or found.generator == "plain"):
        known = _with_posts(known, folder, evidence)
    if not all(each.folder.is_dir() for each in known.sources):
        return known
    sources = [_source(found, known, each, folder) for each in known.sources]
    try:
        learned = learn(sources, evidence, careful=not names)
    except ContentError as error:
        say(f"  {error.message}")
        return known
    for note in learned.notes:
        say(f"  note: {note}")
    for source, learnt in zip(sources, learned.sources, strict=True):
        say(f"  {'addresses':<12} {_said(source, learnt, evidence)}")
    return _with_learned(known, learned, evidence, folder)


def _evidence(found: "Found | None", folder: Path, names: Sequence[str]) -> "Evidence | None":
    from publisher.content.evidence import Evidence
    from publisher.content.evidence.built import built_folder, read_built
    from publisher.content.evidence.read import read_evidence
    from publisher.wiring import fetcher

    if not names:
        built = built_folder(found.root if found else folder)
        return read_built(built) if built else None
    evidence = Evidence(", ".join(names))
    for name in names:
        try:
            one = read_evidence(name, fetcher(name))
        except ContentError as error:
            raise UsageError(error.message, error.hint) from None
        evidence.pages += one.pages
        evidence.notes += one.notes
    return evidence


def _with_posts(known: "SiteFacts", folder: Path, evidence: "Evidence") -> "SiteFacts":
    """The folder that the pages are of, where no generator says which folder holds posts."""
    from publisher.config.site_facts import relative
    from publisher.content.generators.base import FoundSource
    from publisher.content.learning.find import folder_of_posts

    posts = folder_of_posts(folder, evidence.pages)
    if posts is None or posts == known.sources[0].folder:
        return known
    say(f"  {'posts':<12} {relative(posts, folder)}  (by {evidence.name})")
    return replace(known, sources=(FoundSource("posts", posts),))


def _source(
    found: "Found | None", known: "SiteFacts", source: "FoundSource", folder: Path
) -> "Source":
    from publisher.content.source import Source

    return Source(
        folder=source.folder.absolute(),
        base=folder.absolute(),
        url=known.url.value,
        zone=ZoneInfo(known.timezone.value),
        generator=found.generator if found else "plain",
        path=source.path,
        language=source.language or known.language.value,
        name=source.name,
        site=found.root.absolute() if found else None,
    )


def _said(source: "Source", learnt: "Learnt", evidence: "Evidence") -> str:
    if not learnt.matched:
        return (
            f"{evidence.name} has no page of the {counted(learnt.posts, 'post')} in {source.name}"
        )
    share = f"{learnt.explained:,} of {counted(learnt.matched, 'post')} in {evidence.name}"
    if not learnt.rules:
        return f"{share} are where the rule of {source.generator} puts them"
    return f"{share} are explained by {', '.join(map(_shown, learnt.rules[:4]))}" + (
        f" and {len(learnt.rules) - 4} more rules" if learnt.rules[4:] else ""
    )


def _shown(rule: "Rule") -> str:
    return f"{rule.text} (in {rule.folder})" if rule.folder else rule.text


def _with_learned(
    known: "SiteFacts", learned: "Learned", evidence: "Evidence", folder: Path
) -> "SiteFacts":
    from publisher.config.site_facts import Fact

    sources = tuple(
        replace(
            source,
            urls=learnt.rules,
            sitemap=_placed(evidence.name, folder) if learnt.needs_map else "",
        )
        for source, learnt in zip(known.sources, learned.sources, strict=True)
    )
    url = known.url
    if learned.url != url.value:
        url = Fact(learned.url, evidence.name)
        say(f"  {'url':<12} {learned.url}  ({evidence.name})")
    return replace(known, url=url, sources=sources)


def without_stale_notes(found: "Found | None", known: "SiteFacts") -> "SiteFacts":
    """What is known, without the note that nothing is known of addresses, once something is."""
    if found is None or found.generator != "plain" or not all(each.urls for each in known.sources):
        return known
    return replace(known, remarks=tuple(set(known.remarks).difference(found.notes)))


def _placed(name: str, folder: Path) -> str:
    """Evidence as config.yaml in `folder` names it; several are named by the first."""
    from publisher.config.site_facts import relative
    from publisher.content.evidence.read import is_web

    first = name.split(", ", maxsplit=1)[0]
    return first if is_web(first) else relative(Path(first).absolute(), folder.absolute())
