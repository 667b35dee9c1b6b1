"""Edges and use cases of matchmaking."""
