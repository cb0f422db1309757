"""Tiles, values, legends, statistics and cut-outs of layers."""
