"""What the OGC's services in XML share (WPS, WMS, WMTS): making elements that no text can break, reading queries."""
