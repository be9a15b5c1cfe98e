"""Readers and writers: pictures and data set formats."""
