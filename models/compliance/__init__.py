"""Tables and rules of compliance."""
