"""How what cannot be counted is drawn: sky, land, road, water, trees, weather."""
