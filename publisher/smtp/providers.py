"""What well-known providers let an account send, as they publish it; an account may have more."""

from enum import StrEnum
from typing import Final, NamedTuple


class Provider(StrEnum):
    """The word for each in config.yaml."""

    GMAIL = "gmail"
    GOOGLE_WORKSPACE = "google_workspace"
    OFFICE365 = "office365"
    OUTLOOK = "outlook"
    YAHOO = "yahoo"
    ICLOUD = "icloud"
    FASTMAIL = "fastmail"
    ZOHO = "zoho"
    GMX = "gmx"
    OVH = "ovh"
    SES = "ses"
    SENDGRID = "sendgrid"
    MAILGUN = "mailgun"
    MAILJET = "mailjet"
    POSTMARK = "postmark"
    BREVO = "brevo"


class Preset(NamedTuple):
    """Where a provider takes emails, and how much: `rate` and `quota` as config.yaml has them.

    Without a `host` each customer has one of their own. None: the provider publishes no number, or
    it is another one in each plan.
    """

    host: str
    connections: int
    rate: str | None = None
    quota: str | None = None
    per_connection: int = 100


PRESETS: Final = {
    Provider.GMAIL: Preset("smtp.gmail.com", 3, "1 a second", "500 a day"),
    Provider.GOOGLE_WORKSPACE: Preset("smtp.gmail.com", 5, "2 a second", "2000 a day"),
    Provider.OFFICE365: Preset("smtp.office365.com", 3, "30 a minute", "10000 a day"),
    Provider.OUTLOOK: Preset("smtp-mail.outlook.com", 2, "30 a minute", "300 a day"),
    Provider.YAHOO: Preset("smtp.mail.yahoo.com", 2, "1 a second", "500 a day"),
    Provider.ICLOUD: Preset("smtp.mail.me.com", 2, "1 a second", "1000 a day"),
    Provider.FASTMAIL: Preset("smtp.fastmail.com", 3, "2 a second", "4000 a day"),
    Provider.ZOHO: Preset("smtp.zoho.com", 2, "1 a second", "500 a day"),
    Provider.GMX: Preset("mail.gmx.net", 2, "1 a second", "500 a day"),
    Provider.OVH: Preset("ssl0.ovh.net", 2, "1 a second", "200 an hour"),
    Provider.SES: Preset("", 10, "14 a second", "50000 a day", 1000),
    Provider.SENDGRID: Preset("smtp.sendgrid.net", 20, per_connection=1000),
    Provider.MAILGUN: Preset("smtp.mailgun.org", 10),
    Provider.MAILJET: Preset("in-v3.mailjet.com", 5, None, "200 a day"),
    Provider.POSTMARK: Preset("smtp.postmarkapp.com", 10),
    Provider.BREVO: Preset("smtp-relay.brevo.com", 5, None, "300 a day"),
}
"""Every number may be replaced by the option of its name."""
