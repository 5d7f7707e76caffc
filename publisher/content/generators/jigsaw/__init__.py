"""Jigsaw: its configuration, dates, slugs and addresses."""
