"""Storage: the database, the content-addressed file area and the event log."""
