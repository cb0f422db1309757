"""What lies in the collections, opened: layers, pictures, numbers."""
