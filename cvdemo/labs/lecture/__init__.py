"""The room of the page Lecture script."""
