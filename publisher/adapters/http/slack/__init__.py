"""What Slack alone needs: options, and how its messages look."""
