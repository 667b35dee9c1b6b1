"""Edges and use cases of demands."""
