"""One job, one file; README.md has the table."""
