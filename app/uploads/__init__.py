"""Edges and use cases of uploads."""
