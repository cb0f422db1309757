"""The collections of OGC API – Common – Part 2 under /ogc, which features, tiles, maps and EDR each add their part to."""
