"""Pages for people: views, templates, charts, maps and the scripts that enhance them."""
