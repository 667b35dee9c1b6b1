"""What the engine is given and gives back: streams, demands, costs, compositions, pairs."""
