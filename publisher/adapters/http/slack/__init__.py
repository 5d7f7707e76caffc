"""What Slack alone needs: how its messages look."""
