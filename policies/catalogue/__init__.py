"""What a policy has to say, as versioned data with its sources."""
