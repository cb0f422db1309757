"""QGIS, without a window, opens layers as its dialogs do; run by the Python that QGIS was installed for.

Argument: a file of JSON {name: [provider, address]}. Prints {name: how much is in it}; an error ends it with 1.
"""

import json
import sys
from pathlib import Path

from qgis.core import QgsApplication, QgsRasterLayer, QgsVectorLayer


def opened(provider, address, name):
    """Return how many cells a raster, or features a vector layer has."""
    if provider == "gdal":
        layer = QgsRasterLayer(address, name, provider)
        parts = layer.subLayers()  # a NetCDF with several variables offers them
        if not layer.isValid() and parts:
            layer = QgsRasterLayer(parts[0].split("!!::!!")[1], name, provider)
        count = layer.width() * layer.height() * layer.bandCount() if layer.isValid() else 0
    else:
        layer = QgsVectorLayer(address, name, provider)
        count = sum(1 for _ in layer.getFeatures()) if layer.isValid() else 0
    if not count:
        sys.exit(f"{name}: {address} cannot be opened: {layer.error().message()}")
    return count


def main(places):
    """Open every layer."""
    application = QgsApplication([], False)
    application.initQgis()
    found = {name: opened(*place, name) for name, place in places.items()}
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    application.exitQgis()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
