"""The map browser: what a view is, which layers there are, and what can be taken home from one."""
