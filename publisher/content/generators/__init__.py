"""Static site generators: one file or folder each."""
