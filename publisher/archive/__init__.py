"""What was sent, as pages for everybody: served by the web, or written into the site's folder."""
