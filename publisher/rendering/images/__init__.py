"""Pictures, made fit for networks, emails and the preview."""
