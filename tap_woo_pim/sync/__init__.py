"""What a run keeps and counts: state, bookmarks, completeness, progress."""
