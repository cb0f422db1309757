"""Series of layers over HTTP: /series, and OGC API – Environmental Data Retrieval on the same engine."""
