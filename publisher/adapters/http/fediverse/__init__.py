"""What servers that speak Mastodon's API say of themselves, and where their software differs."""
