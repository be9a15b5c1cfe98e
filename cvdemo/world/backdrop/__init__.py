"""Drawing of the stuff classes and the weather: sky, land, road, water, trees."""
