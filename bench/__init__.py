"""Benchmarks: `python -m bench`. One file a subject; every figure stands beside a baseline."""
