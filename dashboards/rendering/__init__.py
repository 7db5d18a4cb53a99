"""What the pages of the homes and of the cohort show, by subject."""
