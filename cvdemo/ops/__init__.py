"""Algorithms on boxes, pictures and feature maps: pure functions, no model, no Streamlit."""
