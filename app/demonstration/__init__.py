"""The demonstration market: real plants, estimated tonnages, invented trade."""
