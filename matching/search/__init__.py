"""Who can supply whom, who fits best, and why not."""
