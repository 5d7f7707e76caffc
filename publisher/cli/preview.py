"""`publish preview`: everything as people would see it, written to files and never sent."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli.common import at_option, find_post, known_names, moment, open_publisher
from publisher.cli.output import say, short, tell, write_file
from publisher.cli.preview_emails import email_items
from publisher.errors import UsageError

if TYPE_CHECKING:
    from publisher.model.deliveries import Rendered
    from publisher.model.posts import Post
    from publisher.plan.proposals import NoteProposal, Proposal
    from publisher.rendering.preview import DigestPreview, NotePreview
    from publisher.wiring import Publisher

DEFAULT_FOLDER = Path("queue/preview")
SAMPLE_RECIPIENT = ("reader@example.com", "A. Reader")


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--post", metavar="FILE", help="Preview only this post.")
@at_option("Choose posts as of this time")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Output folder (default: queue/preview next to config.yaml).",
)
@click.option("--language", metavar="TAG", help="Say it as to a reader of this language.")
@click.option("--emails", is_flag=True, help="The emails to one reader instead: welcome and so on.")
@click.option("--open", "open_it", is_flag=True, help="Open the result in a browser.")
@click.pass_obj
def preview(
    config_path: Path,
    names: tuple[str, ...],
    post: str | None,
    at: str | None,
    out: Path | None,
    language: str | None,
    emails: bool,
    open_it: bool,
) -> None:
    """Render the next digest as HTML, text and .eml, and each note as its network shows it."""
    from publisher.rendering.preview import preview_page
    from publisher.runners.trial import propose_anyway

    with open_publisher(config_path) as publisher:
        config = publisher.config
        _speak(publisher, language)
        folder = out or config.folder / DEFAULT_FOLDER
        planned_at = moment(at, config.site.zone)
        found = _readable(publisher, post) if post else None
        items: list[DigestPreview | NotePreview] = []
        for name in known_names(config, names):
            if emails:
                if name in config.newsletters:
                    items += email_items(publisher, name, language or "", folder, SAMPLE_RECIPIENT)
                continue
            proposal, _ = propose_anyway(publisher, name, planned_at, "preview", found)
            if proposal.empty_because:
                say(f"{name}: nothing to show: {proposal.empty_because}")
            for remark in proposal.remarks:
                say(f"{name}: warning: {remark}")
            items += _items(publisher, proposal, folder)
    page = folder / "index.html"
    write_file(page, preview_page(items, config.site.title), for_owner=True)
    tell(str(page))
    if open_it:
        click.launch(page.absolute().as_uri())


def _speak(publisher: "Publisher", language: str | None) -> None:
    """Render in `language`; a UsageError where there are no words of it."""
    from publisher.rendering.words import languages

    renderer = publisher.planner.renderer
    if language is None or renderer.site.language == language:
        return
    if not renderer.site.speaks(language):
        problem = f"there are no words of {language!r}"
        raise UsageError(problem, f"languages are {', '.join(languages())}")
    site = replace(renderer.site, language=language)
    publisher.planner.renderer = replace(renderer, site=site)


def _readable(publisher: "Publisher", wanted: str) -> "Post":
    """The post of that name, or a draft; a UsageError if there is none, or it cannot be read."""
    from publisher.plan.override import READABLE

    post = find_post(publisher.planner.posts(), publisher.config, wanted)
    if post.status not in READABLE:
        raise UsageError(f"{post.path}: {post.problem}", "fix the file first")
    return post


def _items(
    publisher: "Publisher", proposal: "Proposal", folder: Path
) -> "Iterator[DigestPreview | NotePreview]":
    if proposal.rendered is not None:
        yield _digest_item(publisher, proposal, proposal.rendered, folder)
    for number, each in enumerate(proposal.notes, 1):
        file = folder / f"{proposal.owner}-{each.channel}-{number}.txt"
        write_file(file, f"{each.shown}\n", for_owner=True)
        yield _note_item(publisher, proposal, each)


def _digest_item(
    publisher: "Publisher", proposal: "Proposal", rendered: "Rendered", folder: Path
) -> "DigestPreview":
    from publisher.mime.template import as_bytes
    from publisher.plan.render import sample_email
    from publisher.plan.site_files import SiteFiles
    from publisher.rendering.images.embedded import embedded
    from publisher.rendering.preview import DigestPreview

    email = sample_email(publisher.config, proposal, rendered, *SAMPLE_RECIPIENT)
    name = proposal.owner
    html = embedded(email.html, SiteFiles(publisher.config).find)
    write_file(folder / f"{name}.html", html, for_owner=True)
    write_file(folder / f"{name}.txt", email.text, for_owner=True)
    write_file(folder / f"{name}.eml", as_bytes(email, "0" * 32), for_owner=True)
    return DigestPreview(
        newsletter=name,
        channel=", ".join(proposal.channels),
        when=short(proposal.slot, publisher.config.site.zone),
        subject=email.subject,
        preheader=rendered.preheader,
        html=html,
        text=email.text,
        readers=proposal.recipients,
        warnings=rendered.warnings,
        kilobytes=len(email.html.encode()) / 1000,
    )


def _note_item(publisher: "Publisher", proposal: "Proposal", each: "NoteProposal") -> "NotePreview":
    from publisher.plan.pictures import alternative_of
    from publisher.plan.site_files import SiteFiles
    from publisher.rendering.images.embedded import picture
    from publisher.rendering.preview import NotePreview

    config = publisher.config
    wanted = getattr(config.channels[each.channel].settings, "pictures", False)
    remarks = (budget.lines(each.channel, proposal.notes) for budget in proposal.budgets)
    return NotePreview(
        announcement=proposal.owner,
        channel=each.channel,
        when=short(proposal.slot, config.site.zone),
        text=each.shown,
        length=each.length,
        limit=each.limits.length if each.limits else None,
        unit=each.limits.unit if each.limits else "characters",
        price=each.cost,
        remarks=tuple(chain.from_iterable(remarks)),
        content_warning=each.warning,
        picture=picture(each.pick.post.image, SiteFiles(config).find) if wanted else "",
        picture_alt=alternative_of(each.pick.post),
    )
