"""How a scene is thrown: light, land, trees, and the things that stand, sit, swim, drive and fly in it."""
