// @ts-check
// The base map in the colours of the page, read when they may have changed.
import Point from "ol/geom/Point.js";
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

const probe = Object.assign(document.createElement("i"), { hidden: true });
document.body.append(probe);

/** The colour a variable of the page has now; light-dark() is resolved by the browser. */
export function colour(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

export const landStyle = (feature) =>
  feature.get("kind") === "land" ? new Style({ fill: new Fill({ color: colour("land") }) }) : undefined;

export function lineStyle(feature) {
  const kind = feature.get("kind"), coast = kind === "coast";
  if (kind === "land") return undefined; // its outline has cuts that are no coast
  return new Style({ stroke: new Stroke({ color: colour(coast ? "coast" : "border"), width: coast ? 1 : 0.8 }) });
}

/** Where the name of a place stands: above the middle of its upper edge. */
function above(feature) {
  const [west, , east, north] = feature.getGeometry().getExtent();
  return new Point([(west + east) / 2, north]);
}

/** A place: its dot or its outline, and its short name above. */
export function placeStyle(feature) {
  const { title, selected, box } = feature.get("place");
  const [ink, paper] = [colour("ink"), colour("paper")];
  const stroke = new Stroke({ color: ink, width: selected ? 2.25 : 1 });
  const dot = new CircleStyle({
    radius: selected ? 6 : 5, stroke, fill: new Fill({ color: selected ? ink : paper }), declutterMode: "none",
  });
  const text = new Text({
    text: title.split(/[,(]/)[0].trim(), // the whole title is in the list of places
    font: `${selected ? 600 : 450} 12.5px Inter, sans-serif`,
    textBaseline: "bottom", offsetY: box ? -4 : -9, overflow: true,
    fill: new Fill({ color: ink }), stroke: new Stroke({ color: paper, width: 3.5 }),
  });
  return [
    new Style({ stroke, fill: new Fill({ color: "rgba(0,0,0,0.001)" }), image: dot }),
    new Style({ geometry: above, text, zIndex: selected ? 0 : 1 }),
  ];
}
