"""What can be said of a scene: records, a grammar that speaks, and a checker that verifies."""
