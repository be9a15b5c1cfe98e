"""Overlays on pictures and plotly charts."""
