"""Writing animations and videos."""
