"""Selecting the posts of an edition: pure, deterministic, and able to say why."""
