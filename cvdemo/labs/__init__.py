"""One room per page: what only that page needs; `experiment.py` of each works without streamlit."""
