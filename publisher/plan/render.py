"""A digest becomes a rendered edition, a post becomes the notes of its channels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from publisher.adapters.base import Adapter, Prices
from publisher.config import Announcement, Config, Newsletter
from publisher.content.asked import goes_to
from publisher.content.selection.choose import Pick
from publisher.errors import Problem, StorageError
from publisher.model.messages import Message, Note
from publisher.plan.images import Fetch, with_picture
from publisher.plan.proposals import NoteProposal
from publisher.plan.unrenderable import Unrenderable, problem_of, rendered

if TYPE_CHECKING:
    from publisher.rendering.brand import SiteCard
    from publisher.rendering.merge_fields import Rendered
    from publisher.rendering.note import Lead, NoteStyle
    from publisher.rendering.templates import Templates


@dataclass(frozen=True, slots=True)
class Drafter:
    """Renders what was chosen; needs no database."""

    config: Config
    adapters: Mapping[str, Adapter[Message]]
    templates: "Templates"
    card: "SiteCard"
    fetch: Fetch

    def edition(self, newsletter: Newsletter, picks: Sequence[Pick], slot: datetime) -> "Rendered":
        """The frozen digest that every reader of `newsletter` gets.

        Raises:
            TemplateError: a template is wrong.
            Unrenderable: some posts cannot be rendered.
        """
        return rendered(picks, lambda chosen: self._edition(newsletter, chosen, slot))

    def _edition(self, newsletter: Newsletter, picks: Sequence[Pick], slot: datetime) -> "Rendered":
        from publisher.plan.site_files import SiteFiles
        from publisher.rendering.digest import render_digest

        return render_digest(
            self.templates,
            self.card,
            picks,
            newsletter=newsletter.name,
            template=newsletter.template,
            slot=slot,
            subject=newsletter.subject,
            utm=self.config.channels[newsletter.channel].utm,
            ignored=frozenset(newsletter.ignore),
            show=newsletter.show,
            pictures=SiteFiles(self.config).facts,
        )

    def notes(
        self,
        announcement: Announcement,
        picks: Sequence[Pick],
        channels: Sequence[str],
        *,
        pictures: bool,
    ) -> tuple[list[NoteProposal], list[Problem]]:
        """One note per pick and channel that it goes to, and why some are not there.

        Raises:
            TemplateError: a template is wrong.
            Unrenderable: some posts cannot be rendered for any channel.
        """
        styles = {name: self._style(name, announcement) for name in channels}
        notes: list[NoteProposal] = []
        problems: dict[str, list[Problem]] = {}
        first: Exception | None = None
        for pick, name in product(picks, channels):
            if not goes_to(pick.post, name):
                continue
            try:
                notes.append(self._note(name, pick, styles[name], pictures=pictures))
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001  one post must not stop the others
                first = first or error
                problems.setdefault(pick.post.path, []).append(problem_of(pick, error, name))
        shown = {note.pick.post.path for note in notes}
        lost = {path: found[0] for path, found in problems.items() if path not in shown}
        if lost and first:
            raise Unrenderable(lost, first)
        return notes, [problem for found in problems.values() for problem in found]

    def _note(self, name: str, pick: Pick, style: "NoteStyle", *, pictures: bool) -> NoteProposal:
        from publisher.rendering.note import render_note

        adapter, post = self.adapters[name], pick.post
        limits = adapter.current_limits()
        pictured = bool(post.image and getattr(self.config.channels[name].settings, "pictures", 0))
        style = replace(style, lead=self._lead(name, pictured=pictured))
        note, remark = render_note(self.templates, self.card, post, limits, style), ""
        if pictures and pictured:
            note, remark = with_picture(note, post, limits, self.fetch)
        return NoteProposal(name, pick, note, limits, _price(adapter, note), remark)

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
            template=channel.template or "note",
            hashtags=channel.hashtags,
            ignored_tags=frozenset(announcement.ignore),
            utm=channel.utm,
            language=getattr(channel.settings, "language", "") or self.config.site.language,
            content_warning=getattr(channel.settings, "content_warning", ""),
        )


def _price(adapter: Adapter[Message], note: Note) -> Decimal | None:
    return adapter.price(note) if isinstance(adapter, Prices) else None
