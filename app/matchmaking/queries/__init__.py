"""Reads of matchmaking: the market, the partners of a listing, the figures of the landing page."""
