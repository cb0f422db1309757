"""Kernels that are ready before they are asked for."""
