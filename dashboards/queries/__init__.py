"""Questions that need several apps, by subject."""
