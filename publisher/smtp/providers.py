"""What well-known providers let an account send, as they publish it; an account may have more."""

from enum import StrEnum
from typing import Self


class Provider(StrEnum):
    """A provider's word in config.yaml, where it takes emails, and how much.

    `rate` and `quota` are as config.yaml has them; every number may be replaced by the option of
    its name. Without a `host` each customer has one of their own. None: the provider publishes no
    number, or it is another one in each plan.
    """

    host: str
    connections: int
    rate: str | None
    quota: str | None
    per_connection: int

    def __new__(
        cls,
        word: str,
        host: str,
        connections: int,
        rate: str | None = None,
        quota: str | None = None,
        per_connection: int = 100,
    ) -> Self:
        """Read a row of the table."""
        provider = str.__new__(cls, word)
        provider._value_, provider.host, provider.connections = word, host, connections
        provider.rate, provider.quota, provider.per_connection = rate, quota, per_connection
        return provider

    GMAIL = "gmail", "smtp.gmail.com", 3, "1 a second", "500 a day"
    GOOGLE_WORKSPACE = "google_workspace", "smtp.gmail.com", 5, "2 a second", "2000 a day"
    OFFICE365 = "office365", "smtp.office365.com", 3, "30 a minute", "10000 a day"
    OUTLOOK = "outlook", "smtp-mail.outlook.com", 2, "30 a minute", "300 a day"
    YAHOO = "yahoo", "smtp.mail.yahoo.com", 2, "1 a second", "500 a day"
    ICLOUD = "icloud", "smtp.mail.me.com", 2, "1 a second", "1000 a day"
    FASTMAIL = "fastmail", "smtp.fastmail.com", 3, "2 a second", "4000 a day"
    ZOHO = "zoho", "smtp.zoho.com", 2, "1 a second", "500 a day"
    GMX = "gmx", "mail.gmx.net", 2, "1 a second", "500 a day"
    OVH = "ovh", "ssl0.ovh.net", 2, "1 a second", "200 an hour"
    SES = "ses", "", 10, "14 a second", "50000 a day", 1000
    SENDGRID = "sendgrid", "smtp.sendgrid.net", 20, None, None, 1000
    MAILGUN = "mailgun", "smtp.mailgun.org", 10
    MAILJET = "mailjet", "in-v3.mailjet.com", 5, None, "200 a day"
    POSTMARK = "postmark", "smtp.postmarkapp.com", 10
    BREVO = "brevo", "smtp-relay.brevo.com", 5, None, "300 a day"
