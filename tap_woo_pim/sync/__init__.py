"""What a run remembers and counts: state, bookmarks, completeness, progress."""
