"""What `publish check` looks at."""
