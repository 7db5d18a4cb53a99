"""Tags for pages of programmes."""
