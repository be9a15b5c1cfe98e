"""Clips of the drawn world: how its objects and the camera move, frame by frame, with exact truth."""
