"""OGC WMTS 1.0.0 (07-057r7) at /wmts: tiles of the layers of every collection, by query and by path.

``reading`` what a client wants, ``capabilities`` the document about everything, ``layers`` and ``sets`` its parts,
``service`` draws and tells, ``exceptions`` what went wrong.
"""
