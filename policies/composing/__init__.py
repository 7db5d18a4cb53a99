"""From answers and facts to a first draft, without touching the database."""
