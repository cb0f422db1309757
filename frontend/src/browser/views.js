// @ts-check
// Projections: those that OpenLayers does not know come from the page, with the grid of their tiles.
import View from "ol/View.js";
import { get, transform, transformExtent } from "ol/proj.js";
import { register } from "ol/proj/proj4.js";
import TileGrid from "ol/tilegrid/TileGrid.js";
import proj4 from "proj4";
import { numbers, rounded } from "./state.js";

/** @typedef {{metres?: number, crs: string, title: string, tms: string, proj4: string, extent: number[], world: number[], home: number[], origin: number[], resolutions: number[], sizes: number[][], tile: number}} Known */

/** Tell OpenLayers of the projections of the page. @param {Known[]} known */
export function learn(known) {
  const fresh = known.filter((each) => each.proj4 && !proj4.defs(each.crs));
  for (const each of fresh) proj4.defs(each.crs, each.proj4);
  if (fresh.length) register(proj4);
  for (const each of known) each.metres = get(each.crs).getMetersPerUnit();
  for (const each of fresh) {
    const projection = get(each.crs);
    projection.setExtent(each.extent);
    projection.setWorldExtent(each.world);
  }
}

const GRIDS = new Map();
/** @param {Known} known */
export function gridOf(known) {
  if (!GRIDS.has(known.crs))
    GRIDS.set(known.crs, new TileGrid({
      origin: known.origin, resolutions: known.resolutions, tileSize: known.tile, sizes: known.sizes, extent: known.extent,
    }));
  return GRIDS.get(known.crs);
}

/** The view of OpenLayers for a projection; *at* is longitude, latitude and zoom as the address has it. */
export function viewOf(known, at) {
  const resolutions = known.resolutions;
  const finest = resolutions[resolutions.length - 1], coarsest = resolutions[0];
  const view = new View({
    projection: known.crs, maxResolution: coarsest, minResolution: finest, constrainResolution: false,
    multiWorld: true, showFullExtent: true, enableRotation: false, center: [0, 0], zoom: 1,
  });
  if (at) {
    const [lon, lat, zoom] = numbers(at);
    view.setCenter(transform([lon, lat], "EPSG:4326", known.crs));
    view.setZoom(zoom);
  }
  return view;
}

/** Where one looks, for the address. @param {View} view */
export function where(view) {
  const [lon, lat] = transform(view.getCenter(), view.getProjection(), "EPSG:4326");
  if (![lon, lat].every(Number.isFinite)) return "";
  const turned = ((((lon + 180) % 360) + 360) % 360) - 180;
  return `${rounded(turned, 4)},${rounded(lat, 4)},${rounded(view.getZoom(), 2)}`;
}

/** A box in degrees, in units of the view; points along its edge are followed, because edges bend. */
export function extentIn(box, known) {
  let [west, south, east, north] = box;
  const [, s, , n] = known.world;
  if (east < west) east += 360;
  [south, north] = [Math.max(south, s), Math.min(north, n)];
  if (known.crs === "EPSG:3857") [south, north] = [Math.max(south, -85.05), Math.min(north, 85.05)];
  if (south >= north) return known.home;
  if (known.proj4 && east - west >= 359 && north - south > 80) return known.home;
  const extent = transformExtent([west, south, east, north], "EPSG:4326", known.crs, 16);
  return extent.every(Number.isFinite) ? extent : known.home;
}
