"""How networks count what a note says, by kept libraries where one is right."""
