"""Mixtures of several streams that meet the limits which some of them fail alone."""
