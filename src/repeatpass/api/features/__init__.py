"""OGC API – Features: Part 1 (17-069r4), 2 (18-058r1), 3 (19-079r2), 4 (20-002r1), 5 (23-058r1), and vector tiles."""
