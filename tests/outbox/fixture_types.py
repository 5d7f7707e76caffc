"""What the fixtures of conftest.py give, for the signatures of tests."""

from collections.abc import Callable
from pathlib import Path

from publisher.model.deliveries import EditionDraft, NotesDraft

Mails = Callable[[int], list[int]]
Editions = Callable[..., EditionDraft]
Notes = Callable[..., NotesDraft]
Together = Callable[[int, str, str, Path], list[str]]
