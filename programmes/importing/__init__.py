"""Files that people bring: what they are, before anything is kept."""
