"""OGC WMS at /wms: versions 1.3.0 (06-042) and 1.1.1 (01-068r3) over the layers of every collection.

``asked`` what a client wants, read by ``kvp``; ``capabilities`` with ``v130`` and ``v111`` the document about all layers;
``service`` draws and tells; ``exceptions`` what went wrong, as a document or as a picture.
"""
