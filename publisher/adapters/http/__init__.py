"""What every adapter that speaks HTTP shares, and the fetching of public pages and pictures."""
