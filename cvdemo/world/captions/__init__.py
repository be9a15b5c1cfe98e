"""Captions of scenes: a grammar that writes them, and a checker that verifies them against the truth."""
