"""The lecture: its script, and rooms that follow a lecturer. No Streamlit."""
