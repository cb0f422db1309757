"""OGC WPS at /wps: versions 2.0 (14-065) and 1.0.0 (05-007r7) over the same runs as everything else.

``asked`` what a client wants, read by ``kvp`` and ``posted_v1``/``posted_v2``; ``kinds`` how JSON Schema and the data
types of WPS correspond; ``documents_v1``/``documents_v2`` what is answered; ``service`` does what is asked.
"""
