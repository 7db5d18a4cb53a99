"""What the portal proposes to begin with."""
