"""The author's files become posts; nothing here sends or stores."""
