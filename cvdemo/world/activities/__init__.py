"""Clips of one person doing one thing, with exact truth."""
