"""The public pages: subscribe, confirm, choose, leave, and the archive of editions."""
