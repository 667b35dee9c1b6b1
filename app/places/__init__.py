"""Edges and use cases of places."""
