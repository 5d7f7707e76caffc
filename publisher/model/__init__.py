"""Plain data that layers hand each other."""
