"""Feeds as a source of posts: RSS, Atom and JSON Feed, remembered by id."""
