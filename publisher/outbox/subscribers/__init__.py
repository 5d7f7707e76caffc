"""Subscribers: who is mailed, who has left, who bounced."""
