"""Tables and rules of demands."""
