"""Settings: a site's own configuration files, read as text and never executed."""
