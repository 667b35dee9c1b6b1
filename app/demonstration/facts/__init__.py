"""The facts behind the demonstration market, one file a kind, with their sources."""
