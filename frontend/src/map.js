// @ts-check
// <rp-map>: OpenLayers over the server's still map. One picture per time, land and borders from a local file.
import Feature from "ol/Feature.js";
import OpenLayers from "ol/Map.js";
import View from "ol/View.js";
import GeoJSON from "ol/format/GeoJSON.js";
import Point from "ol/geom/Point.js";
import Polygon, { fromExtent } from "ol/geom/Polygon.js";
import { platformModifierKeyOnly } from "ol/events/condition.js";
import { defaults } from "ol/interaction/defaults.js";
import DragPan from "ol/interaction/DragPan.js";
import MouseWheelZoom from "ol/interaction/MouseWheelZoom.js";
import ImageLayer from "ol/layer/Image.js";
import VectorLayer from "ol/layer/Vector.js";
import { transform, transformExtent } from "ol/proj.js";
import Static from "ol/source/ImageStatic.js";
import VectorSource from "ol/source/Vector.js";
import { cut, withCoasts } from "./coasts.js";
import { buttons, hint } from "./map-buttons.js";
import { landStyle, lineStyle, placeStyle } from "./map-style.js";

const FINE = 0.05; // degrees a pixel below which the fine coast is fetched
const still = matchMedia("(prefers-reduced-motion: reduce)");
const flight = () => (still.matches ? 0 : 250);
const world = (scale) => new URL(`./base/world-${scale}.json`, import.meta.url).href;

/** A box in degrees; its sides bend where the projection bends them. */
function outline([west, south, east, north], projection) {
  if (projection === "EPSG:4326" || projection === "EPSG:3857") return fromExtent(transformExtent([west, south, east, north], "EPSG:4326", projection));
  const steps = Array.from({ length: 91 }, (_, at) => west + ((east - west) * at) / 90);
  const ring = [...steps.map((lon) => [lon, south]), ...steps.reverse().map((lon) => [lon, north])];
  return new Polygon([[...ring, ring[0]]]).transform("EPSG:4326", projection);
}

class WorldMap extends HTMLElement {
  async connectedCallback() {
    const data = this.querySelector("script[type='application/json']");
    if (!data || this.map) return;
    this.data = JSON.parse(data.textContent ?? "{}");
    this.box = this.querySelector(".map");
    if (this.data.proj4) (await import("./polar.js")).learn(this.data.projection, this.data.proj4);
    this.frames = new Map();
    this.base = new VectorSource();
    await this.coast("110m");
    while (!this.box.clientWidth) await new Promise(requestAnimationFrame);
    this.draw();
    this.onTime = (event) => this.show(this.nearest(event.detail.time));
    this.onTheme = () => this.map.getLayers().forEach((layer) => layer.changed());
    addEventListener("rp:time", this.onTime);
    addEventListener("rp:theme", this.onTheme);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.onTheme);
    const now = new URL(location.href).searchParams.get("t");
    this.show(now ? this.nearest(now) : this.data.current);
  }

  disconnectedCallback() {
    removeEventListener("rp:time", this.onTime);
    removeEventListener("rp:theme", this.onTheme);
    this.map?.setTarget();
  }

  /** Put the coast of *scale* in; the coarse one stays until the fine one is here. */
  async coast(scale) {
    const answer = await fetch(world(scale));
    if (!answer.ok) return;
    const format = new GeoJSON({ featureProjection: this.data.projection });
    const found = await answer.json(), shown = this.data.world;
    const features = format.readFeatures(shown ? withCoasts(cut(found, shown), shown) : withCoasts(found));
    this.base.clear(true);
    this.base.addFeatures(features);
  }

  draw() {
    const target = Object.assign(document.createElement("div"), { className: "canvas", tabIndex: 0, role: "group" });
    target.setAttribute("aria-label", `${this.querySelector(".still")?.getAttribute("aria-label")}. Arrow keys move, plus and minus zoom.`);
    this.box.append(target);
    const layer = (style, zIndex) => new VectorLayer({ source: this.base, style, zIndex });
    this.map = new OpenLayers({
      target, controls: [], interactions: this.hands(), view: this.sight(),
      layers: [layer(landStyle, 0), layer(lineStyle, 20), this.places()],
    });
    this.home();
    this.box.append(buttons(this));
    this.map.once("rendercomplete", () => this.querySelector(".still")?.remove());
    this.map.on("moveend", () => this.sharpen());
    this.map.on("click", (event) => this.open(event));
    this.map.on("pointermove", (event) => (target.style.cursor = this.at(event) ? "pointer" : ""));
  }

  /** The wheel belongs to the page, and one finger too: Ctrl and the wheel zoom, two fingers move. */
  hands() {
    const free = (event) => event.originalEvent.pointerType !== "touch" || event.activePointers?.length === 2;
    const mine = defaults({ mouseWheelZoom: false, dragPan: false, altShiftDragRotate: false, pinchRotate: false, onFocusOnly: false });
    mine.extend([new DragPan({ condition: free }), new MouseWheelZoom({ condition: platformModifierKeyOnly })]);
    this.box.addEventListener("wheel", (event) => !(event.ctrlKey || event.metaKey) && hint(this.box), { passive: true });
    return mine;
  }

  sight() {
    const { projection, view } = this.data;
    return new View({ projection, center: [(view[0] + view[2]) / 2, (view[1] + view[3]) / 2], showFullExtent: true, multiWorld: true });
  }

  home() {
    this.map.getView().fit(this.data.view, { size: this.map.getSize(), duration: this.seen ? flight() : 0 });
    this.seen = true;
  }

  zoom(by) {
    const view = this.map.getView();
    view.animate({ zoom: view.getZoom() + by, duration: flight() });
  }

  sharpen() {
    const view = this.map.getView();
    const metres = view.getProjection().getMetersPerUnit() ?? 1;
    if (this.sharp || (view.getResolution() * metres) / 111_320 > FINE) return;
    this.sharp = true;
    this.coast("50m");
  }

  places() {
    const { projection, places } = this.data;
    const features = places.map((place) => {
      const geometry = place.box ? outline(place.box, projection)
        : place.lon === null ? undefined : new Point(transform([place.lon, place.lat], "EPSG:4326", projection));
      return new Feature({ geometry, place });
    });
    return new VectorLayer({ source: new VectorSource({ features }), style: placeStyle, zIndex: 30, declutter: true });
  }

  at(event) {
    return this.map.forEachFeatureAtPixel(event.pixel, (feature) => feature.get("place"), { hitTolerance: 6 });
  }

  open(event) {
    const place = this.at(event);
    if (!place || place.selected) return;
    const url = new URL(place.href, location.href);
    const now = new URL(location.href).searchParams.get("t");
    if (now) url.searchParams.set("t", now);
    location.assign(url);
  }

  nearest(time) {
    const at = this.data.frames.findLastIndex((frame) => frame.time <= time);
    return at < 0 ? 0 : at;
  }

  /** The layer of a frame, made once. */
  frame(at) {
    const { frames, extent, projection, pixelated } = this.data;
    if (!this.frames.has(at)) {
      const source = new Static({ url: frames[at].href, imageExtent: extent, projection, interpolate: !pixelated });
      this.frames.set(at, new ImageLayer({ source, zIndex: 10 }));
    }
    return this.frames.get(at);
  }

  /** Show a frame; the old one stays until the new one is drawn, so that play does not flicker. */
  show(at) {
    const frames = this.data.frames;
    if (!frames.length || this.shown === at) return;
    const old = this.map.getLayers().getArray().filter((layer) => layer instanceof ImageLayer);
    this.shown = at;
    const fresh = this.frame(at);
    if (!old.includes(fresh)) this.map.addLayer(fresh);
    this.map.once("rendercomplete", () => old.forEach((layer) => layer !== this.frame(this.shown) && this.map.removeLayer(layer)));
    if (frames[at + 1]) this.frame(at + 1).getSource().getImage(this.data.extent, 1, 1, this.map.getView().getProjection())?.load?.();
    this.map.getTargetElement().setAttribute("aria-description", frames[at].label);
  }
}

customElements.define("rp-map", WorldMap);
