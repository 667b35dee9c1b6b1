"""Tables and rules of matchmaking."""
