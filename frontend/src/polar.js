// @ts-check
// Projections that OpenLayers does not know by itself; fetched only where a map is in one.
import { register } from "ol/proj/proj4.js";
import proj4 from "proj4";

/** Teach OpenLayers a projection. @param {string} name @param {string} words as PROJ writes it */
export function learn(name, words) {
  if (proj4.defs(name)) return;
  proj4.defs(name, words);
  register(proj4);
}
