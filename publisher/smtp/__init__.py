"""SMTP as a language: sessions, and what replies mean; who sends what is the adapter's part."""
