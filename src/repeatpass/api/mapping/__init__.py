"""OGC API – Maps (20-058) and – Tiles (20-057) under /ogc, over the layers of the collections.

A collection's layers are reached through its styles: ``default`` is its first layer, ``rain`` the layer of that name,
``rain:magma`` the same in other colours. ``choosing`` finds them; ``framing`` reads which part of the world a map shows;
``describing`` makes the documents; ``maps``, ``tiles``, ``styles`` and ``sets`` are the routes; ``offers`` says all of
it to the landing page and to each collection.
"""
