"""Decide what to send and queue it; nothing here sends."""
