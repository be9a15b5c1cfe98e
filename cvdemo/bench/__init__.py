"""Benchmarks: each measures against a named peer in one run and returns a dictionary of figures."""
