"""People: who is mailed, who has left, who bounced, and what happened to them."""
