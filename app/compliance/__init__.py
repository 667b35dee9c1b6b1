"""Edges and use cases of compliance."""
