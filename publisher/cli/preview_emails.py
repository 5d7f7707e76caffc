"""The emails to one reader, as `publish preview --emails` shows them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.cli.output import short, write_file

if TYPE_CHECKING:
    from publisher.rendering.preview import DigestPreview
    from publisher.wiring import Publisher


def email_items(
    publisher: "Publisher", newsletter: str, language: str, folder: Path, recipient: tuple[str, str]
) -> Iterator["DigestPreview"]:
    """Confirmation, welcome, goodbye and the others of one newsletter, each written to files."""
    from publisher.mime.template import as_bytes
    from publisher.model.system_mails import SystemKind
    from publisher.plan.site_files import SiteFiles
    from publisher.rendering.images.embedded import embedded
    from publisher.rendering.preview import DigestPreview

    config, now = publisher.config, publisher.now()
    for kind in SystemKind:
        rendered, email = publisher.system_mails.email(kind, newsletter, *recipient, now, language)
        html = embedded(email.html, SiteFiles(config).find)
        name = f"{newsletter}-{kind}"
        write_file(folder / f"{name}.html", html, for_owner=True)
        write_file(folder / f"{name}.txt", email.text, for_owner=True)
        write_file(folder / f"{name}.eml", as_bytes(email, "0" * 32), for_owner=True)
        yield DigestPreview(
            newsletter=f"{newsletter}: {kind}",
            channel=config.newsletters[newsletter].channel,
            when=short(now, config.site.zone),
            subject=email.subject,
            preheader=rendered.preheader,
            html=html,
            text=email.text,
            warnings=rendered.warnings,
            kilobytes=len(email.html.encode()) / 1000,
        )
