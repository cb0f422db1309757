#!/bin/sh
# STAC Browser is published as its source: fetch it, install what it needs, build it into dist/.
set -eu
cd "$(dirname "$0")"
rm -rf source dist
mkdir source
npm pack --silent --pack-destination source @radiantearth/stac-browser@4.0.1
tar xzf source/*.tgz -C source --strip-components=1
cd source
# Later releases of ol-stac ask for an OpenLayers that this release of STAC Browser does not have.
npm install --legacy-peer-deps --no-audit --no-fund --save-exact ol-stac@1.1.0
# Its configuration is read at run time, so that one build opens any catalogue.
sed -i 's|<!-- \(<script[^>]*config.js"></script>\) -->|\1|' public/index.html
npm run build:minimal -- --historyMode=hash --dest ../dist
