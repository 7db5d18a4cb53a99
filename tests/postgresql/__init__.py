"""The portal's database backend, which empties tables after a test that commits without touching the empty ones."""
