"""What Discord alone needs: options, how its messages look, and what a bot may do there."""
