"""QGIS, without a window, reads features of the OGC API as its dialogs do; run by the Python that QGIS was installed for.

Arguments: the root of the API and a collection. Prints as JSON what was found.
"""

import json
import os
import sys

from qgis.core import QgsApplication, QgsFeatureRequest, QgsRectangle, QgsSettings, QgsVectorLayer

KEPT = []  # what Python must not free: it belongs to QGIS


def listed(root):
    """Return what the browser panel shows below a connection."""
    QgsSettings().setValue("qgis/connections-wfs/ours/url", root)
    provider = QgsApplication.dataItemProviderRegistry().provider("WFS")
    item = provider.createDataItem("wfs:/ours", None)
    KEPT.append(item)
    item.populate(True)
    KEPT.extend(item.children())
    return [each.name() for each in item.children()]


def opened(root, collection, more=""):
    """Open a collection as a layer."""
    layer = QgsVectorLayer(f"url='{root}' typename='{collection}' {more}", collection, "OAPIF")
    if not layer.isValid():
        sys.exit(f"{collection}: {layer.error().message()}")
    return layer


def numbers(layer, request=None):
    """Return the magnitudes of features, sorted."""
    return sorted(each["mag"] for each in (layer.getFeatures(request) if request else layer.getFeatures()))


def main(root, collection):
    """Read the collection in every way."""
    KEPT.append(QgsApplication([], False))
    KEPT[0].initQgis()
    whole = opened(root, collection, "pagingEnabled='enabled' pageSize='50'")
    box = QgsRectangle(120, -5, 130, 5)
    part = opened(root, collection, "restrictToRequestBBOX='1'")
    strong = opened(root, collection)
    extent = whole.extent()
    found = {
        "listed": listed(root),
        "fields": [[each.name(), each.typeName()] for each in whole.fields()],
        "crs": whole.crs().authid(),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "first": next(each.geometry().asWkt(4) for each in whole.getFeatures()),
        "paged": len(numbers(whole)),
        "box": numbers(part, QgsFeatureRequest().setFilterRect(box)),
        "set": strong.setSubsetString('"mag" >= 6.5'),
        "strong": numbers(strong),
    }
    sys.stdout.write(json.dumps(found, default=str) + "\n")
    sys.stdout.flush()
    os._exit(0)  # QGIS frees what was listed, and Python would again


if __name__ == "__main__":
    main(*sys.argv[1:])
