"""Bounces as older servers write them: qmail, Exim, sendmail, Exchange, in words for people.

They count only where their text has a code; what cannot be read so stays in the mailbox.
"""

import re
from collections.abc import Iterator
from typing import Final

from publisher.events.mailbox.mail import Mail
from publisher.events.reports.judge import code_in, judged, status_in
from publisher.events.reports.places import places, returned_in_text
from publisher.events.reports.report import Report, Said

MOST_TEXT: Final = 50_000
_DAEMONS: Final = re.compile(
    r"(?:^|<|\s)(?:mailer-daemon|postmaster|mail-?daemon|mailsystem|"
    r"microsoftexchange[0-9a-f]*|mail\.administrator|mailerdaemon)@",
    re.IGNORECASE,
)
_COPY: Final = re.compile(
    r"^-{2,} ?(?:below this line is a copy|this is a copy of|original message|"
    r"unsent message|the header of the|undelivered message|returned message)",
    re.IGNORECASE | re.MULTILINE,
)
_WARNING: Final = re.compile(
    r"warning message only|do not need to resend|will continue to (?:try|be tried)|"
    r"delivery (?:attempts? )?(?:has been |is |was )?delayed|has not been delivered (?:yet|after)|"
    r"message delayed|could not send message for past|no action is required on your part",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"<?([^\s<>\"',;:()\[\]]{1,64}@[^\s<>\"',;:()\[\]]{1,190})>?")
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")


def read_plain_text(mail: Mail) -> Report | None:
    """What became of the email; None: no server wrote this, or it does not say."""
    if not _is_from_a_server(mail):
        return None
    text = next((part.text(MOST_TEXT) for part in mail.walk() if part.kind == "text/plain"), "")
    cut = _COPY.search(text)
    told, copy = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
    where = [*places(mail), *returned_in_text(copy or text)]
    if _WARNING.search(told) or _WARNING.search(mail.words("subject")):
        return Report(Said.DELAYED, where, text=mail.words("subject")[:200])
    report = _refusal(mail, told)
    return report and Report(report.said, where, report.status, report.text)


def _is_from_a_server(mail: Mail) -> bool:
    returns = mail.all("return-path")
    nobody = bool(returns) and returns[0].strip() in {"<>", ""}
    return nobody or _DAEMONS.search(mail.get("from")) is not None or bool(_failed(mail))


def _failed(mail: Mail) -> str:
    """Exim names whom it could not reach in a header of its own."""
    return mail.get("x-failed-recipients").partition(",")[0].strip()


def _refusal(mail: Mail, told: str) -> Report | None:
    """The first paragraph with a code, which is about the address named last before it."""
    recipient = _failed(mail)
    for paragraph in _paragraphs(told):
        code = code_in(paragraph) or status_in(paragraph)
        before = paragraph[: paragraph.index(code)] if code else paragraph
        named = _ADDRESS.findall(before) or ([] if recipient else _ADDRESS.findall(paragraph))
        recipient = named[-1] if named else recipient
        if code:
            return judged(_words(paragraph), recipient)
    return judged("550 5.4.4 Unrouteable address", recipient) if _is_unroutable(told) else None


def _paragraphs(text: str) -> Iterator[str]:
    yield from (each.strip() for each in _PARAGRAPH.split(text) if each.strip())


def _words(paragraph: str) -> str:
    """From the line of the code on: what stands before it is the reporting server's own."""
    code = code_in(paragraph)
    if not code:
        return paragraph
    return paragraph[paragraph.index(code) :]


def _is_unroutable(told: str) -> bool:
    return "unrouteable address" in told.lower()
