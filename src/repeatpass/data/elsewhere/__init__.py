"""Files of collections that lie elsewhere, drawn and measured where they are: read in parts, never fetched as a whole."""
