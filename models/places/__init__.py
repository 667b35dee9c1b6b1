"""Tables and rules of places."""
