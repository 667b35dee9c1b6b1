"""How much goes where in a whole market, and what that says of prices."""
