// The base map: land and borders of Natural Earth (world-atlas), cut for a flat map.
// world-atlas is cut for the sphere; unfolding it through an equirectangular projection cuts Russia, Fiji and
// Antarctica at the antimeridian, so that no bar runs across the world.
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { feature, mesh } from "topojson-client";

const flat = () => geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).reflectY(true).precision(0);
const rounded = (digits) => (_, value) => (typeof value === "number" ? +value.toFixed(digits) : value);

async function topology(name) {
  return JSON.parse(await readFile(`node_modules/world-atlas/${name}.json`, "utf8"));
}

/** Land as one multipolygon and the borders between countries as lines, in degrees. */
async function layers(scale) {
  const topo = await topology(`countries-${scale}`);
  const land = geoProject(feature(topo, (await topology(`countries-${scale}`)).objects.land), flat());
  const borders = geoProject(mesh(topo, topo.objects.countries, (a, b) => a !== b), flat());
  const names = feature(topo, topo.objects.countries).features.map((f) => f.properties.name);
  return { land, borders, names };
}

export async function basemap(folder) {
  await mkdir(folder, { recursive: true });
  for (const scale of ["110m", "50m"]) {
    const { land, borders } = await layers(scale);
    const features = [
      ...(land.features ?? [land]).map((f) => ({ type: "Feature", properties: { kind: "land" }, geometry: f.geometry ?? f })),
      { type: "Feature", properties: { kind: "border" }, geometry: borders },
    ];
    const text = JSON.stringify({ type: "FeatureCollection", features }, rounded(2));
    await writeFile(join(folder, `world-${scale}.json`), text);
  }
}

/** The same outline as a small SVG in degrees (x = longitude, y = −latitude), for maps without scripts. */
export async function world(path) {
  const { land } = await layers("110m");
  const polygons = (land.features ?? [land]).flatMap((f) => {
    const shape = f.geometry ?? f;
    return shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
  });
  const d = polygons.flat().map((ring) => "M" + ring.map(([x, y]) => `${+x.toFixed(1)},${+(-y).toFixed(1)}`).join("L") + "Z");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-180 -90 360 180"><path id="land" vector-effect="non-scaling-stroke" fill-rule="evenodd" d="${d.join("")}"/></svg>\n`;
  await writeFile(path, svg);
}
