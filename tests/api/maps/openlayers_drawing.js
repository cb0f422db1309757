// OpenLayers opens each service as its documentation says and draws it; each gives the share of painted pixels.
import Map from "ol/Map.js";
import View from "ol/View.js";
import ImageLayer from "ol/layer/Image.js";
import TileLayer from "ol/layer/Tile.js";
import WMSCapabilities from "ol/format/WMSCapabilities.js";
import WMTSCapabilities from "ol/format/WMTSCapabilities.js";
import ImageWMS from "ol/source/ImageWMS.js";
import OGCMapTile from "ol/source/OGCMapTile.js";
import TileWMS from "ol/source/TileWMS.js";
import WMTS, { optionsFromCapabilities } from "ol/source/WMTS.js";
import XYZ from "ol/source/XYZ.js";

const SIZE = 256;

async function read(address) {
  return (await fetch(address)).text();
}

const LAYERS = {
  async wms() {
    const told = new WMSCapabilities().read(await read("/wms?service=WMS&request=GetCapabilities"));
    const group = told.Capability.Layer.Layer.find((each) => each.Layer.some((one) => one.Name === "warmth:temperature"));
    const layer = group.Layer.find((each) => each.Name === "warmth:temperature");
    const time = layer.Dimension.find((each) => each.name === "time").values.split(",")[0];
    const params = { LAYERS: layer.Name, STYLES: "magma", TIME: time };
    return new ImageLayer({ source: new ImageWMS({ url: "/wms", params, ratio: 1, crossOrigin: "anonymous" }) });
  },
  async oldWms() {
    const params = { LAYERS: "warmth:rain", VERSION: "1.1.1" };
    return new TileLayer({ source: new TileWMS({ url: "/wms", params, crossOrigin: "anonymous" }) });
  },
  async wmts() {
    const told = new WMTSCapabilities().read(await read("/wmts/1.0.0/WMTSCapabilities.xml"));
    const asked = { layer: "warmth:temperature", matrixSet: "WebMercatorQuad", requestEncoding: "REST", format: "image/png" };
    return new TileLayer({ source: new WMTS({ ...optionsFromCapabilities(told, asked), crossOrigin: "anonymous" }) });
  },
  async wmtsByQuery() {
    const told = new WMTSCapabilities().read(await read("/wmts?service=WMTS&request=GetCapabilities"));
    const asked = { layer: "warmth:rain", projection: "EPSG:3857", requestEncoding: "KVP" };
    return new TileLayer({ source: new WMTS({ ...optionsFromCapabilities(told, asked), crossOrigin: "anonymous" }) });
  },
  async ogcTiles() {
    const url = `${location.origin}/ogc/collections/warmth/map/tiles/WebMercatorQuad`;
    return new TileLayer({ source: new OGCMapTile({ url, crossOrigin: "anonymous" }) });
  },
  async xyz() {
    const url = "/tiles/warmth:temperature/WebMercatorQuad/{z}/{x}/{y}.png";
    return new TileLayer({ source: new XYZ({ url, crossOrigin: "anonymous" }) });
  },
};

function painted(target) {
  const all = document.createElement("canvas");
  all.width = all.height = SIZE;
  const context = all.getContext("2d");
  target.querySelectorAll("canvas").forEach((each) => context.drawImage(each, 0, 0, SIZE, SIZE));
  const bytes = context.getImageData(0, 0, SIZE, SIZE).data;
  let count = 0;
  for (let at = 3; at < bytes.length; at += 4) count += bytes[at] > 0;
  return count / (SIZE * SIZE);
}

window.drawn = async (name) => {
  const target = document.createElement("div");
  target.style.cssText = `width:${SIZE}px;height:${SIZE}px`;
  document.body.append(target);
  const layer = await LAYERS[name]();
  const source = layer.getSource();
  while (source.getState() === "loading") await new Promise((done) => source.once("change", done));
  const view = new View({ center: [0, 0], resolution: 156543 / 2 });
  const map = new Map({ target, layers: [layer], view, controls: [], pixelRatio: 1 });
  await new Promise((done) => map.once("rendercomplete", done));
  return painted(target);
};
window.names = Object.keys(LAYERS);
