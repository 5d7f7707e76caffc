"""A mailbox that servers and readers write to: each mail is read, recorded, then put away."""
