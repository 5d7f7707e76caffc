"""`publish subscribers`: the commands that need more than a few lines."""
