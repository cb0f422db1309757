"""What the services that draw maps share (WMS, WMTS, OGC API – Maps and – Tiles).

``systems`` names and axes of coordinate systems, ``moments`` the dimension of time, ``naming`` the names of styles,
``composing`` one picture of several layers, ``telling`` the values at a point, ``refusing`` what can be wrong.
"""
