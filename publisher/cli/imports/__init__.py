"""Files that other tools wrote, each line judged."""
