"""What pages share; besides `labs` the only place that imports streamlit."""
