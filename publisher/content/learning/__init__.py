"""Learning addresses: what a site's own output says of the rules that make them."""
