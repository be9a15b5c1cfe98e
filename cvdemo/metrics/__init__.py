"""Matching, average precision and the other scores of the lecture."""
