"""One module per page: each gathers what the house knows into the record that the page's template takes."""
