"""Two texts compared so that the difference reads well, in Japanese and in English."""
