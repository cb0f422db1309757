// @ts-check
// The base map in the colours of the page, read when they may have changed.
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import Text from "ol/style/Text.js";

const probe = Object.assign(document.createElement("i"), { hidden: true });
document.body.append(probe);

/** The colour a variable of the page has now; light-dark() is resolved by the browser. */
function colour(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

export const landStyle = (feature) =>
  feature.get("kind") === "land" ? new Style({ fill: new Fill({ color: colour("land") }) }) : undefined;

export const lineStyle = (feature) =>
  new Style({ stroke: new Stroke({ color: colour(feature.get("kind") === "land" ? "coast" : "border"), width: feature.get("kind") === "land" ? 1 : 0.8 }) });

export function placeStyle(feature) {
  const { title, selected, box } = feature.get("place");
  const ink = colour("ink");
  const stroke = new Stroke({ color: ink, width: selected ? 2 : 1.25 });
  return new Style({
    stroke, fill: new Fill({ color: "rgba(0,0,0,0.001)" }),
    image: new CircleStyle({ radius: selected ? 6 : 5, fill: new Fill({ color: selected ? ink : colour("paper") }), stroke }),
    text: new Text({
      text: title, font: `${selected ? 600 : 500} 12.5px Inter, sans-serif`, overflow: true,
      offsetY: box ? 0 : -15, fill: new Fill({ color: ink }), stroke: new Stroke({ color: colour("paper"), width: 3.5 }),
    }),
  });
}
