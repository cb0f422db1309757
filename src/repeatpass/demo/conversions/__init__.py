"""One module per family of data: how the files of a package become cloud formats, value by value."""
