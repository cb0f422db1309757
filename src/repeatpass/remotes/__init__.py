"""Catalogues elsewhere: mounted to be looked through, or harvested into our own."""
