"""The demonstration: real observations, notebooks that read them, and the indicators these notebooks make."""
