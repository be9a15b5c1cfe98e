"""The live camera: the browser sends a frame, the next one when the answer to the last is drawn."""
