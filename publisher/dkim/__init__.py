"""Emails signed in their sender's name (DKIM: RFC 6376, 8301, 8463)."""
