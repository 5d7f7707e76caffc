"""Mails signed in their sender's name (DKIM: RFC 6376, 8301, 8463)."""

from publisher.dkim.keys import Key, KeyProblem
from publisher.dkim.options import SigningKey, SigningKeys
from publisher.dkim.signer import Signer, open_signer

__all__ = ["Key", "KeyProblem", "Signer", "SigningKey", "SigningKeys", "open_signer"]
