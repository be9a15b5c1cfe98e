"""Widgets that pages share, page state and caches: the only package code that imports Streamlit."""
