"""How a scene is sampled: light, land, trees, and the objects in it."""
