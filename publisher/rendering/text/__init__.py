"""Text, dates and links as readers see them."""
