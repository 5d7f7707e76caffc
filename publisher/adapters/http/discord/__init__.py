"""What Discord alone needs: how its messages look, and what a bot may do in a channel."""
