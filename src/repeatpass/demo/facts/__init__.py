"""What is known about each collection without opening it, one module per family.

Every sentence is stated by the package that carries the data, or says that the package does not state it.
"""
