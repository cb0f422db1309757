// @ts-check
// The area: drawn as a box or a polygon, typed as numbers, or read from a file by the server. In the address it is
// four numbers or well-known text.
import Feature from "ol/Feature.js";
import GeoJSON from "ol/format/GeoJSON.js";
import WKT from "ol/format/WKT.js";
import Point from "ol/geom/Point.js";
import Polygon, { fromExtent } from "ol/geom/Polygon.js";
import Draw, { createBox } from "ol/interaction/Draw.js";
import { transform } from "ol/proj.js";
import { numbers, rounded } from "./state.js";

const STEPS = 24; // points along the side of a box in another projection, where straight lines bend
const wkt = new WKT();

const isBox = (text) => !/^[A-Za-z]/.test(text);

/** The area as GeoJSON in degrees. */
export function geometryOf(text) {
  if (!isBox(text)) return new GeoJSON().writeGeometryObject(wkt.readGeometry(text), { decimals: 5 });
  const [west, south, east, north] = numbers(text);
  const ring = (w, e) => [[[w, south], [e, south], [e, north], [w, north], [w, south]]];
  if (west <= east) return { type: "Polygon", coordinates: ring(west, east) };
  return { type: "MultiPolygon", coordinates: [ring(west, 180), ring(-180, east)] };
}

/** A side cut into steps. */
function along(ring) {
  return ring.flatMap((point, at) => {
    const next = ring[at + 1];
    if (!next) return [point];
    return Array.from({ length: STEPS }, (_, step) => point.map((value, axis) => value + ((next[axis] - value) * step) / STEPS));
  });
}

/** What is drawn for an area, in the projection of the map. */
export function areaFeature(text, crs) {
  const whole = isBox(text) ? [boxRing(text)] : undefined;
  const geometry = whole ? new Polygon(whole.map(along)) : wkt.readGeometry(text);
  return new Feature({ geometry: geometry.transform("EPSG:4326", crs), kind: "area" });
}

function boxRing(text) {
  const [west, south, east, north] = numbers(text), e = east < west ? east + 360 : east;
  return [[west, south], [e, south], [e, north], [west, north], [west, south]];
}

export const pointFeature = (text, crs) => new Feature({ geometry: new Point(transform(numbers(text), "EPSG:4326", crs)), kind: "point" });

/** Draw on a map; *done* gets the text of the area, or nothing if it was given up. */
export function draw(map, kind, done) {
  const box = kind === "box";
  const tool = new Draw({ type: box ? "Circle" : "Polygon", geometryFunction: box ? createBox() : undefined, stopClick: true });
  const end = (text) => {
    removeEventListener("keydown", escape);
    setTimeout(() => map.removeInteraction(tool));
    done(text);
  };
  const escape = (event) => event.key === "Escape" && end("");
  tool.on("drawend", ({ feature }) => end(textOf(feature.getGeometry(), map.getView().getProjection(), box)));
  addEventListener("keydown", escape);
  map.addInteraction(tool);
  return () => end("");
}

/** A drawn shape in degrees. A box stays one where its sides are parallels and meridians. */
function textOf(geometry, projection, box) {
  const straight = ["EPSG:3857", "EPSG:4326"].includes(projection.getCode());
  const turned = (lon) => ((((lon + 180) % 360) + 360) % 360) - 180;
  if (box && straight) {
    const [west, south, east, north] = geometry.clone().transform(projection, "EPSG:4326").getExtent();
    if (east - west >= 360) return ["-180", rounded(south, 4), "180", rounded(north, 4)].join();
    return [turned(west), south, turned(east), north].map((each) => rounded(each, 4)).join();
  }
  const fine = box ? fromExtent(geometry.getExtent()) : geometry.clone();
  if (box) fine.setCoordinates(fine.getCoordinates().map(along));
  return wkt.writeGeometry(fine.transform(projection, "EPSG:4326"), { decimals: 4 });
}

/** Have a file read by the server; throws what it says. */
export async function upload(file) {
  const answer = await fetch(`/browser/areas?name=${encodeURIComponent(file.name)}`, {
    method: "POST", body: file, headers: { "content-type": "application/octet-stream", accept: "application/json" },
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.detail ?? said.message ?? said.title ?? `The file was not read (${answer.status}).`);
  return said;
}
