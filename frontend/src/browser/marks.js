// @ts-check
// What a person drew: the area, and the point that was asked about.
import CircleStyle from "ol/style/Circle.js";
import Fill from "ol/style/Fill.js";
import Stroke from "ol/style/Stroke.js";
import Style from "ol/style/Style.js";
import { colour } from "../map-style.js";

/** Light under dark, so that it is seen on every picture. */
export function markStyle(feature) {
  const [ink, paper] = [colour("ink"), colour("paper")];
  if (feature.get("kind") === "point")
    return [
      new Style({ image: new CircleStyle({ radius: 7, stroke: new Stroke({ color: paper, width: 4 }) }) }),
      new Style({ image: new CircleStyle({ radius: 7, stroke: new Stroke({ color: ink, width: 1.75 }), fill: new Fill({ color: "rgba(0,0,0,0.001)" }) }) }),
    ];
  return [
    new Style({ stroke: new Stroke({ color: paper, width: 4 }), fill: new Fill({ color: "rgba(0,0,0,0.001)" }) }),
    new Style({ stroke: new Stroke({ color: ink, width: 1.75 }) }),
  ];
}
