"""Posts become what people read; nothing here reads files of posts, stores or sends."""
