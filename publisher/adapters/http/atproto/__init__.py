"""What Bluesky's protocol needs: links and tags marked in a text, sessions, record keys."""
