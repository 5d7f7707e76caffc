"""Mistakes in templates, found before anything is sent."""
