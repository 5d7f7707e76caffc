"""What channels were granted, kept for all processes."""
