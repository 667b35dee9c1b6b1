"""Road distances: a curve, a graph of roads, a routing service."""
