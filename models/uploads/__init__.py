"""Tables and rules of uploads."""
