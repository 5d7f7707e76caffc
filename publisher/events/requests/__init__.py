"""What readers write to the mailbox: that they want to leave, join, or choose."""
