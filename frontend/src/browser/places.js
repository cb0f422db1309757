// @ts-check
// Layers of features: our own vector tiles where the projection has them, else GeoJSON of what is seen; drawn in one
// colour, in colours along a scale, or in a colour for each word.
import { containsExtent, getWidth } from "ol/extent.js";
import GeoJSON from "ol/format/GeoJSON.js";
import MVT from "ol/format/MVT.js";
import VectorLayer from "ol/layer/Vector.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorSource from "ol/source/Vector.js";
import VectorTileSource from "ol/source/VectorTile.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import TileGrid from "ol/tilegrid/TileGrid.js";
import { steps } from "./colours.js";
import { narrowed } from "./place-asking.js";

const TILED = ["WebMercatorQuad", "WorldCRS84Quad"];
const MOST = 5000; // features of a view without tiles
const EDGE = "rgba(255, 255, 255, 0.85)"; // a dark dot is seen on a dark map, too
const OTHER = "#8a949c"; // of words beyond those that have a colour, and of features without the property

/** What makes a layer another one: where its features come from. */
export function sourceOf(shown, about, known, look) {
  const query = narrowed(about, shown, "", { properties: look.property });
  return TILED.includes(known.tms) ? `${about.items.replace(/items$/, "tiles")}/${known.tms}/{z}/{y}/{x}${query}` : `${about.items}${query}`;
}

/** A layer of the map for the features of a view. */
export function placeLayer(browser, url, known, look) {
  const style = styleOf(look);
  if (url.includes("{z}")) return new VectorTileLayer({ source: tiled(browser, url, known), style, preload: 0 });
  return new VectorLayer({ source: seen(browser, url, known), style });
}

/** Tiles of twice the size, a level less of them: fewer answers for the same picture. */
function tiled(browser, url, known) {
  const resolutions = known.resolutions.map((each) => each / 2);
  const tileGrid = new TileGrid({ origin: known.origin, resolutions, tileSize: known.tile * 2, sizes: known.sizes, extent: known.extent });
  const source = new VectorTileSource({ url, format: new MVT(), projection: known.crs, tileGrid });
  source.on("tileloaderror", (event) => browser.missed(event.tile));
  return source;
}

/** What is seen of the features; asked again when one looks elsewhere, or closer where not all could be drawn. */
function seen(browser, url, known) {
  const format = new GeoJSON({ featureProjection: known.crs });
  let part = false, loaded = /** @type {number[] | undefined} */ (undefined);
  const source = new VectorSource({
    wrapX: !known.proj4,
    strategy: (extent) => {
      const closer = part && loaded && getWidth(extent) < getWidth(loaded) * 0.8;
      if (loaded && (closer || !containsExtent(loaded, extent))) {
        source.removeLoadedExtent(loaded);
        loaded = undefined;
      }
      return [loaded ?? extent];
    },
    loader: async (extent, _resolution, _projection, success, failure) => {
      loaded = extent;
      try {
        const more = new URLSearchParams({ bbox: browser.framing.seen(extent), limit: String(MOST), f: "json" });
        const found = await browser.findings.json(`${url}${url.includes("?") ? "&" : "?"}${more}`);
        if (loaded !== extent) return failure?.();
        const features = format.readFeatures(found);
        source.clear(true);
        source.addFeatures(features);
        part = found.numberMatched > found.numberReturned;
        if (part) browser.say(`${found.numberReturned.toLocaleString("en")} of ${found.numberMatched.toLocaleString("en")} features are drawn; go closer to see the others.`);
        success?.(features);
      } catch (error) {
        source.removeLoadedExtent(extent);
        browser.say(error.message);
        failure?.();
      }
    },
  });
  return source;
}

/** How features look: a function of their property, with one style for each colour. */
export function styleOf(look) {
  const kept = new Map(), scale = look.kind === "number" ? steps(look.ramp, 64) : [];
  const words = new Map(look.categories.map((each) => [each.value, each.colour]));
  const of = (value) => {
    if (!look.kind) return look.colour;
    if (value === undefined || value === null) return OTHER;
    if (look.kind === "category") return words.get(String(value)) ?? OTHER;
    const share = (Number(value) - look.low) / (look.high - look.low);
    return scale[Math.round(Math.min(Math.max(share, 0), 1) * (scale.length - 1))];
  };
  return (feature) => {
    const chosen = of(look.property ? feature.get(look.property) : undefined);
    if (!kept.has(chosen)) kept.set(chosen, made(chosen, look.kind ? "d8" : "88"));
    return kept.get(chosen);
  };
}

function made(chosen, clear) {
  const image = new CircleStyle({ radius: 4.5, fill: new Fill({ color: chosen }), stroke: new Stroke({ color: EDGE, width: 1 }) });
  return new Style({ fill: new Fill({ color: `${chosen}${clear}` }), stroke: new Stroke({ color: chosen, width: 1.5 }), image });
}
