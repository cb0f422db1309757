// @ts-check
// Where one looks: the whole of a layer or of an area, what is seen of the Earth, where the pointer is.
import { containsXY, getIntersection, getWidth, intersects, isEmpty } from "ol/extent.js";
import { transform, transformExtent } from "ol/proj.js";
import { rounded } from "./state.js";
import { extentIn } from "./views.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Framing {
  constructor(browser) {
    this.browser = browser;
  }

  /** Show the whole of the active layer, or the whole world. */
  home(duration = still.matches ? 0 : 250) {
    const known = this.browser.known, box = this.browser.about?.bbox;
    const pane = this.browser.compare.panes[0];
    pane.map.updateSize();
    const size = pane.map.getSize();
    if (!size?.[0]) return;
    this.browser.view.fit(box ? extentIn(box, known) : known.home, { size, padding: box ? [24, 24, 24, 24] : [0, 0, 0, 0], duration, maxZoom: 16 });
  }

  /** Go to a layer that was added, if it lies elsewhere or would be no more than a speck. */
  reveal() {
    const about = this.browser.about;
    if (!about) return;
    const extent = extentIn(about.bbox, this.browser.known);
    const seen = this.browser.view.calculateExtent(this.browser.compare.panes[0].map.getSize());
    if (!intersects(extent, seen) || getWidth(extent) < getWidth(seen) / 12) this.home();
  }

  zoom(by) {
    this.browser.view.animate({ zoom: this.browser.view.getZoom() + by, duration: still.matches ? 0 : 200 });
  }

  /** The whole area in the middle. */
  frame() {
    const area = this.browser.marks.getFeatures().find((each) => each.get("kind") === "area");
    if (area) this.browser.view.fit(area.getGeometry(), { padding: [60, 60, 60, 60], duration: still.matches ? 0 : 250, maxZoom: 15 });
  }

  /** What is seen, or another part of the map, as west,south,east,north in degrees. */
  seen(extent = this.browser.view.calculateExtent(this.browser.compare.panes[0].map.getSize())) {
    const within = getIntersection(extent, this.browser.known.extent);
    const [west, south, east, north] = transformExtent(isEmpty(within) ? extent : within, this.browser.known.crs, "EPSG:4326", 8);
    const pole = this.browser.known.proj4 && containsXY(extent, 0, 0) && !this.browser.known.crs.startsWith("EPSG:32");
    if (pole) return (this.browser.known.world[3] > 89 ? [-180, south, 180, 90] : [-180, -90, 180, north]).map((each) => rounded(each, 4)).join();
    return [Math.max(west, -180), Math.max(south, -90), Math.min(east, 180), Math.min(north, 90)].map((each) => rounded(each, 4)).join();
  }

  /** The part of the view that a layer can fill; tiles elsewhere are never asked for. */
  reach(about, known) {
    const [west, , east] = about.bbox;
    if (east < west || east - west > 350 || known.world[2] - known.world[0] < 360) return undefined;
    const extent = extentIn(about.bbox, known);
    const within = getIntersection(extent, known.extent);
    return isEmpty(within) ? undefined : within;
  }

  degrees(coordinate) {
    const [lon, lat] = transform(coordinate, this.browser.known.crs, "EPSG:4326");
    return [((((lon + 180) % 360) + 360) % 360) - 180, lat];
  }

  hover(coordinate) {
    const [lon, lat] = this.degrees(coordinate);
    const side = (value, plus, minus) => `${Math.abs(value).toFixed(2)}° ${value < 0 ? minus : plus}`;
    this.browser.querySelector(".where").textContent = Number.isFinite(lat) && Math.abs(lat) <= 90 ? `${side(lat, "N", "S")}, ${side(lon, "E", "W")}` : "";
  }
}
