// @ts-check
// The base maps, all from files of our own: land in the colours of the page, shaded relief, the Blue Marble, or nothing.
import Graticule from "ol/layer/Graticule.js";
import TileLayer from "ol/layer/Tile.js";
import VectorLayer from "ol/layer/Vector.js";
import GeoJSON from "ol/format/GeoJSON.js";
import VectorSource from "ol/source/Vector.js";
import XYZ from "ol/source/XYZ.js";
import Stroke from "ol/style/Stroke.js";
import TileGrid from "ol/tilegrid/TileGrid.js";
import { cut, withCoasts } from "../coasts.js";
import { colour, landStyle, lineStyle } from "../map-style.js";

const FINE = 0.05; // degrees a pixel below which the fine coast is fetched
const world = (scale) => new URL(`./base/world-${scale}.json`, import.meta.url).href;
const texts = new Map();
const sources = new Map();

async function text(scale) {
  if (!texts.has(scale)) texts.set(scale, fetch(world(scale)).then((answer) => (answer.ok ? answer.json() : undefined)));
  return texts.get(scale);
}

/** Land and borders in a projection; the fine coast replaces the coarse one once it is here. */
function coast(known) {
  if (!sources.has(known.crs)) {
    const source = new VectorSource({ wrapX: true });
    sources.set(known.crs, source);
    fill(source, "110m", known);
  }
  return sources.get(known.crs);
}

async function fill(source, scale, known) {
  const found = await text(scale);
  if (!found) return;
  const features = new GeoJSON({ featureProjection: known.crs }).readFeatures(withCoasts(cut(found, known.world), known.world));
  source.clear(true);
  source.addFeatures(features);
}

/** Fetch the fine coast where one looks closely. */
export function sharpen(known, resolution, metres) {
  const source = sources.get(known.crs);
  if (!source || source.get("fine") || (resolution * metres) / 111_320 > FINE) return;
  source.set("fine", true);
  fill(source, "50m", known);
}

/** A picture of the world as tiles, no finer than the picture itself. */
function picture(name, stamp, known) {
  const resolutions = known.resolutions.filter((each) => each * (known.metres ?? 1) > 3000);
  const tileGrid = new TileGrid({ origin: known.origin, resolutions, tileSize: known.tile, sizes: known.sizes.slice(0, resolutions.length), extent: known.extent });
  const url = `/browser/bases/${name}/${known.tms}/{z}/{x}/{y}.webp?${stamp}`;
  return new TileLayer({ source: new XYZ({ url, projection: known.crs, tileGrid, wrapX: !known.proj4 }), zIndex: 0 });
}

/** The layers below the data and the lines above them. @param {string} kind paper, relief, marble or plain */
export function baseLayers(kind, known, pictures) {
  const source = coast(known);
  const below = kind === "paper" ? [new VectorLayer({ source, style: landStyle, zIndex: 0 })] : kind === "plain" ? [] : [picture(kind, pictures[kind], known)];
  const lines = new VectorLayer({ source, style: lineStyle, zIndex: 30, updateWhileInteracting: false });
  const grid = new Graticule({ strokeStyle: new Stroke({ color: colour("border"), width: 0.5 }), zIndex: 29, wrapX: true, showLabels: false, targetSize: 140 });
  return [...below, ...(known.proj4 && !known.crs.startsWith("EPSG:32") ? [grid] : []), lines];
}
