"""The world's room: a clip that is played with its truth over it."""
