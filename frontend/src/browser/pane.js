// @ts-check
// One map: its base, the data layers of a view, the area and the point. Side by side there are two with one view.
import OpenLayers from "ol/Map.js";
import { defaults } from "ol/interaction/defaults.js";
import ScaleLine from "ol/control/ScaleLine.js";
import TileLayer from "ol/layer/Tile.js";
import VectorLayer from "ol/layer/Vector.js";
import { getRenderPixel } from "ol/render.js";
import XYZ from "ol/source/XYZ.js";
import { baseLayers } from "./base.js";
import { placeLayer, sourceOf, styleOf } from "./places.js";
import { asked, tiles } from "./state.js";
import { gridOf } from "./views.js";
import { markStyle } from "./marks.js";

const LINES = 21; // brings features above coasts, unless cells lie on them

export class Pane {
  /** @param {HTMLElement} target @param {any} browser @param {string} side "" shows both sides, clipped while one swipes */
  constructor(target, browser, side) {
    this.browser = browser;
    this.side = side;
    this.made = new Map(); // the layer of each number, with the address of its tiles
    this.waiting = 0;
    this.marks = new VectorLayer({ source: browser.marks, style: markStyle, zIndex: 40, updateWhileInteracting: true });
    this.map = new OpenLayers({ target, controls: [new ScaleLine({ minWidth: 72 })], interactions: defaults({ altShiftDragRotate: false, pinchRotate: false, onFocusOnly: false }), layers: [this.marks] });
    this.map.on("loadstart", () => browser.busy(1));
    this.map.on("loadend", () => browser.busy(-1));
    this.map.on("click", (event) => browser.pointed(event.coordinate));
    this.map.on("pointermove", (event) => !event.dragging && browser.framing.hover(event.coordinate));
    new ResizeObserver(() => this.map.updateSize()).observe(target);
  }

  /** Another projection or base: everything below the data is made anew. */
  ground(known, view, base) {
    const other = this.known?.crs !== known.crs;
    this.known = known;
    if (other) for (const at of [...this.made.keys()]) this.drop(at);
    for (const layer of this.below ?? []) this.map.removeLayer(layer);
    this.below = baseLayers(base, known, this.browser.data.pictures);
    for (const layer of this.below) this.map.addLayer(layer);
    this.map.setView(view);
  }

  /** Show the layers of a view, from the bottom to the top. */
  show(state) {
    state.layers.forEach((shown, at) => this.one(shown, at, state));
    for (const at of [...this.made.keys()]) if (at >= state.layers.length) this.drop(at);
  }

  one(shown, at, state) {
    const mine = !this.side || !shown.side || shown.side === this.side;
    const { data } = this.browser, about = data.layers[shown.layer], kept = this.made.get(at);
    if (data.wrong.includes(at)) return kept && this.drop(at);
    const layer = about?.kind === "features" ? this.places(shown, at, about, kept) : this.cells(shown, at, about, kept);
    layer.setVisible(mine && shown.hidden !== "1");
    layer.setOpacity(Number(shown.opacity) / 100);
    const covered = state.layers.slice(at + 1).some((each) => data.layers[each.layer]?.kind !== "features");
    layer.setZIndex((about?.kind === "features" && !covered ? LINES : 0) + 10 + at);
    layer.set("clip", !this.side && state.compare === "swipe" ? shown.side : "");
  }

  /** Features: new ones only where other ones are asked for; another look is put on those that are here. */
  places(shown, at, about, kept) {
    const look = this.browser.data.looks[at];
    const url = sourceOf(shown, about, this.known, look);
    if (kept?.url !== url) return this.put(placeLayer(this.browser, url, this.known, look), url, at, kept, look);
    if (kept.look !== look) kept.layer.setStyle(styleOf(look));
    kept.look = look;
    return kept.layer;
  }

  cells(shown, at, about, kept) {
    const stamp = about ? `&v=${about.stamp}` : "";
    const query = asked(shown);
    const url = `${tiles(shown)}/${this.known.tms}/{z}/{x}/{y}.png${query || "?"}${stamp}`.replace("?&", "?");
    return kept?.url === url ? kept.layer : this.fresh(url, at, about, kept);
  }

  /** New tiles come over the old ones, which go once everything is drawn, so that nothing flickers. */
  fresh(url, at, about, kept) {
    const source = new XYZ({
      url, projection: this.known.crs, tileGrid: gridOf(this.known), interpolate: false, transition: kept ? 0 : 160, wrapX: !this.known.proj4,
    });
    source.on("tileloaderror", (event) => this.browser.missed(event.tile));
    const extent = about ? this.browser.framing.reach(about, this.known) : undefined;
    return this.put(new TileLayer({ source, preload: 1, extent }), url, at, kept);
  }

  put(layer, url, at, kept, look = undefined) {
    layer.on("prerender", (event) => this.clip(event, layer.get("clip")));
    layer.on("postrender", (event) => layer.get("clip") && event.context.restore());
    this.map.addLayer(layer);
    this.made.set(at, { url, layer, look });
    if (kept) {
      const gone = () => this.map.removeLayer(kept.layer);
      const clock = setTimeout(gone, 4000);
      this.map.once("rendercomplete", () => (clearTimeout(clock), gone()));
    }
    return layer;
  }

  drop(at) {
    this.map.removeLayer(this.made.get(at).layer);
    this.made.delete(at);
  }

  /** Draw a layer only on its side of the divider. */
  clip(event, side) {
    if (!side) return;
    const [width, height] = this.map.getSize(), split = (width * Number(this.browser.state.split)) / 100;
    const [left, right] = side === "left" ? [0, split] : [split, width];
    const corners = [[left, 0], [right, 0], [right, height], [left, height]].map((each) => getRenderPixel(event, each));
    const context = event.context;
    context.save();
    context.beginPath();
    corners.forEach(([x, y], number) => (number ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.clip();
  }

  close() {
    this.map.setTarget();
  }
}
