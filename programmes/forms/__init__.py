"""Forms of programmes and their sessions."""
