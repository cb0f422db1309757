// @ts-check
// Land is cut along 180°, along the pole, and where a projection ends. Those cuts are no coasts and are not drawn.

const NEAR = 1e-3; // degrees

/**
 * Add to *found*, a collection of features in degrees, the coasts of its land as lines of their own.
 * @param {number[]} edges west, south, east, north of what is shown
 */
export function withCoasts(found, edges = [-180, -90, 180, 90]) {
  const coasts = found.features.filter((each) => each.properties?.kind === "land").map((each) => ({
    type: "Feature",
    properties: { ...each.properties, kind: "coast" },
    geometry: { type: "MultiLineString", coordinates: rings(each.geometry).flatMap((ring) => parts(ring, edges)) },
  }));
  return { ...found, features: [...found.features, ...coasts.filter((each) => each.geometry.coordinates.length)] };
}

const rings = ({ type, coordinates }) => (type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : []);

/** A ring as lines, without its edges along the cuts. */
function parts(ring, [west, south, east, north]) {
  const on = (a, b, side) => Math.abs(a - side) < NEAR && Math.abs(b - side) < NEAR;
  const cut = ([x, y], [u, v]) => [-180, 180, west, east].some((side) => on(x, u, side)) || [-90, south, north].some((side) => on(y, v, side));
  const lines = [];
  let line = [ring[0]];
  for (let at = 1; at < ring.length; at++) {
    if (!cut(ring[at - 1], ring[at])) line.push(ring[at]);
    else {
      if (line.length > 1) lines.push(line);
      line = [ring[at]];
    }
  }
  return line.length > 1 ? [...lines, line] : lines;
}

/** Only what lies in the part of the world that the projection can show: far from the pole there are no finite numbers. */
export function cut(found, world) {
  const [west, south, east, north] = world, whole = east - west >= 360;
  const near = ([lon, lat]) => lat >= south - 0.01 && lat <= north + 0.01 && (whole || (lon >= west && lon <= east));
  if (whole && south <= -89 && north >= 89) return found;
  const ring = (points) => points.map(([lon, lat]) => [whole ? lon : Math.min(Math.max(lon, west), east), Math.min(Math.max(lat, south), north)]);
  const shape = ({ type, coordinates }) => {
    if (type === "Polygon") return { type, coordinates: coordinates.filter((each) => each.some(near)).map(ring) };
    if (type === "MultiPolygon") return { type, coordinates: coordinates.filter((each) => each[0].some(near)).map((each) => each.map(ring)) };
    return { type, coordinates: coordinates.filter((each) => each.every(near)) };
  };
  return { ...found, features: found.features.map((each) => ({ ...each, geometry: shape(each.geometry) })).filter((each) => each.geometry.coordinates.length) };
}
