"""The kit: what a notebook imports. It needs nothing but Python until it is asked to open or publish something."""
