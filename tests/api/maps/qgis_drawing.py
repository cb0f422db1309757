"""QGIS, without a window, opens layers and draws them to pictures; run by the Python that QGIS was installed for.

Arguments: a file of JSON {name: provider address} and a folder for the pictures; an error is written and the exit code 1.
"""

import json
import sys
from pathlib import Path

from qgis.core import QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsRasterLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def drawn(name, address, folder):
    """Draw one layer in its own extent; return what is wrong, if anything."""
    layer = QgsRasterLayer(address, name, "wms")
    if not layer.isValid():
        return f"{name}: {layer.error().message()}"
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(256, 256))
    settings.setBackgroundColor(QColor(255, 255, 255))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(folder / f"{name}.png"))
    return "; ".join(f"{name}: {each.message}" for each in job.errors())


def main(places, folder):
    """Draw every layer."""
    application = QgsApplication([], False)
    application.initQgis()
    troubles = [drawn(name, address, folder) for name, address in places.items()]
    application.exitQgis()
    sys.exit("\n".join(filter(None, troubles)) or 0)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
