"""A digest becomes a rendered edition, a post becomes the notes of its channels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from email.utils import parseaddr
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.adapters.base import Adapter, Prices
from publisher.config import Announcement, Config, Newsletter
from publisher.config.archive import edition_address
from publisher.config.leaving import leaving_page, links_in_emails, reading_mailbox
from publisher.content.post_options import goes_to
from publisher.errors import Problem, PublisherError, StorageError, TemplateError
from publisher.model.messages import Email, Message, Note
from publisher.model.posts import Pick
from publisher.plan.pictures import Fetch, Pictures, alternative_of, illustrated
from publisher.plan.proposals import NoteProposal, Proposal
from publisher.plan.series import Series
from publisher.plan.unrenderable import Unrenderable, problem_of, rendered

if TYPE_CHECKING:
    from publisher.model.deliveries import Rendered
    from publisher.rendering.brand import Site
    from publisher.rendering.digest import Counting
    from publisher.rendering.email import Letterhead
    from publisher.rendering.note import Lead, NoteStyle
    from publisher.rendering.templates import Templates


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders what was chosen; needs no database."""

    config: Config
    adapters: Mapping[str, Adapter[Message]]
    templates: "Templates"
    site: "Site"
    fetch: Fetch

    def edition(self, series: Series, picks: Sequence[Pick], slot: datetime) -> "Rendered":
        """The frozen digest that the readers of a newsletter, or of a segment of it, get.

        Raises:
            TemplateError: a template is wrong.
            Unrenderable: some posts cannot be rendered.
        """
        return rendered(picks, lambda chosen: self._edition(series, chosen, slot))

    def _edition(self, series: Series, picks: Sequence[Pick], slot: datetime) -> "Rendered":
        from publisher.plan.site_files import SiteFiles
        from publisher.rendering.digest import render_digest

        newsletter = self.config.newsletters[series.publication.name]
        return render_digest(
            self.templates,
            replace(self.site, zone=series.zone),
            picks,
            newsletter=newsletter.title or newsletter.name,
            template=newsletter.template,
            slot=slot,
            subject=newsletter.subject,
            utm=self.config.channels[newsletter.channel].utm,
            ignored=frozenset(newsletter.ignore),
            show=newsletter.show,
            pictures=SiteFiles(self.config).facts,
            links=links_in_emails(self.config, newsletter.name),
            language=series.chosen.language,
            counting=counting_of(newsletter),
        )

    def notes(
        self,
        announcement: Announcement,
        picks: Sequence[Pick],
        channels: Sequence[str],
        slot: datetime,
        *,
        pictures: bool,
    ) -> tuple[list[NoteProposal], list[Problem]]:
        """One note per pick and channel that it goes to, and why some are not there.

        `pictures`: with them, as they are to be sent; else as if each could be had.
        Of an announcement that is a digest, one message per channel.

        Raises:
            TemplateError: a template is wrong.
            Unrenderable: some posts cannot be rendered for any channel.
        """
        if announcement.is_digest:
            return self._digests(picks, channels, slot)
        styles = {name: self._style(name, announcement) for name in channels}
        source = Pictures(self._own_file, self.fetch) if pictures else None
        notes: list[NoteProposal] = []
        failed: list[tuple[Exception, Problem]] = []
        for pick, name in product(picks, channels):
            if not goes_to(pick.post, name):
                continue
            try:
                notes.append(self._note(name, pick, styles[name], source))
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001  one post must not stop the others
                failed.append((error, problem_of(pick, error, name)))
        _check_some_notes(notes, failed)
        return notes, [problem for _, problem in failed]

    def _digests(
        self, picks: Sequence[Pick], channels: Sequence[str], slot: datetime
    ) -> tuple[list[NoteProposal], list[Problem]]:
        """One message per channel with all picks that go to it.

        A post that goes to nothing but a channel which fails is not included: it is tried anew.
        """
        digests = list[NoteProposal]()
        failed = list[tuple[Exception, str, tuple[Pick, ...]]]()
        for name in channels:
            mine = tuple(pick for pick in picks if goes_to(pick.post, name))
            if not mine:
                continue
            try:
                digests.append(self._digest(name, mine, slot))
            except TemplateError:
                raise
            except PublisherError as error:
                failed.append((error, name, mine))
        _check_some_notes(digests, list(_blamed(digests, failed)))
        return digests, [problem_of(mine[0], error, name) for error, name, mine in failed]

    def _digest(self, name: str, picks: tuple[Pick, ...], slot: datetime) -> NoteProposal:
        from publisher.rendering.channel_digest import render_channel_digest

        limits = self.adapters[name].current_limits()
        posts, utm = [pick.post for pick in picks], self.config.channels[name].utm
        limits = limits and limits.for_digest()
        digest = render_channel_digest(self.templates, self.site, posts, limits, slot, utm)
        left_out = len(posts) - len(digest.items)
        remark = f"without the last {left_out} of {len(posts)} posts: too long" if left_out else ""
        return NoteProposal(name, picks, digest, limits, None, remark)

    def _note(
        self, name: str, pick: Pick, style: "NoteStyle", pictures: Pictures | None
    ) -> NoteProposal:
        from publisher.rendering.note import render_note
        from publisher.rendering.text.clean import clean

        adapter, post = self.adapters[name], pick.post
        limits = adapter.current_limits()
        shown = illustrated(post, limits, pictures)
        limits = limits and limits.for_text(pictured=shown.pictured)
        style = replace(style, lead=self._lead(name, pictured=shown.pictured))
        note = render_note(self.templates, self.site, post, limits, style)
        note = replace(
            note,
            picture=shown.picture,
            thumbnail=shown.thumbnail,
            image=note.image if shown.shareable else "",
            image_alt=clean(alternative_of(post)) if note.image else "",
        )
        return NoteProposal(name, (pick,), note, limits, _price(adapter, note), shown.remark)

    def _own_file(self, url: str) -> Path | None:
        from publisher.plan.site_files import SiteFiles

        return SiteFiles(self.config).find(url)

    def _lead(self, name: str, *, pictured: bool) -> "Lead":
        """What a note on a channel begins with; a picture takes the place of the link's card."""
        wanted = self.config.channels[name].lead
        if wanted != "auto":
            return wanted
        return "description" if self.adapters[name].cards and not pictured else "both"

    def _style(self, name: str, announcement: Announcement) -> "NoteStyle":
        from publisher.rendering.note import NoteStyle

        channel = self.config.channels[name]
        return NoteStyle(
            channel=name,
            template=channel.template or announcement.template or "note",
            hashtags=channel.hashtags,
            ignored_tags=frozenset(announcement.ignore),
            utm=channel.utm,
            language=getattr(channel.settings, "language", "") or self.config.site.language,
            content_warning=getattr(channel.settings, "content_warning", ""),
        )


def _blamed(
    digests: Sequence[NoteProposal], failed: Sequence[tuple[Exception, str, tuple[Pick, ...]]]
) -> Iterator[tuple[Exception, Problem]]:
    """The first post of what failed; where that is shown elsewhere, those that are not."""
    shown = {pick.post.path for digest in digests for pick in digest.picks}
    for error, name, (first, *others) in failed:
        yield error, problem_of(first, error, name)
        if first.post.path in shown:
            lost = (pick for pick in others if pick.post.path not in shown)
            yield from ((error, problem_of(pick, error, name)) for pick in lost)


def _check_some_notes(
    notes: Sequence[NoteProposal], failed: Sequence[tuple[Exception, Problem]]
) -> None:
    """Raise Unrenderable for the posts that have failed and have no note."""
    shown = {pick.post.path for note in notes for pick in note.picks}
    lost: dict[str, Problem] = {}
    for _, problem in failed:
        if problem.file not in shown:
            lost.setdefault(problem.file, problem)
    if lost:
        raise Unrenderable(lost, failed[0][0])


def _price(adapter: Adapter[Message], note: Note) -> Decimal | None:
    return adapter.price(note) if isinstance(adapter, Prices) else None


def counting_of(newsletter: Newsletter) -> "Counting":
    """What an email tells its reader of counting."""
    if not newsletter.count:
        return ""
    return "month" if newsletter.ask_silent else "total"


def letterhead(config: Config, newsletter: Newsletter, slug: str = "") -> "Letterhead":
    """What every email of `newsletter` says of who sends it; `slug` ends its edition's address."""
    from publisher.rendering.email import Letterhead

    return Letterhead(
        sender=newsletter.sender,
        list_id=list_id(config.site.title, newsletter.name, newsletter.sender),
        page=leaving_page(config),
        reply_to=newsletter.reply_to,
        mailbox=reading_mailbox(config),
        pages=config.web.url or "",
        archive=edition_address(config, newsletter.name, slug),
    )


def list_id(title: str, newsletter: str, sender: str) -> str:
    """RFC 2919: a phrase for people and an identifier under the sender's domain."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    phrase = " ".join(title.replace("<", " ").replace(">", " ").split())
    return f"{phrase} <{newsletter.lower()}.{domain}>"


def sample_email(
    config: Config, proposal: Proposal, edition: "Rendered", address: str, name: str
) -> Email:
    """The email that a subscriber at `address` would get of `proposal`."""
    from publisher.rendering.email import render_email

    head = letterhead(config, config.newsletters[proposal.owner])
    return render_email(edition, head, address, name, "sample-token", proposal.slot)
