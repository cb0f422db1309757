// @ts-check
// The two figures of the browser, by Vega-Lite, which is fetched when the first is drawn.
const OPTIONS = { ast: true, actions: false, renderer: /** @type {const} */ ("svg"), logLevel: 1, tooltip: { disableDefaultStyle: true } };
const QUIET = { labelColor: "var(--chart-quiet)", titleColor: "var(--chart-quiet)", gridColor: "var(--chart-hair)", domainColor: "var(--chart-hair)", tickColor: "var(--chart-hair)", labelFont: "Inter, sans-serif", titleFont: "Inter, sans-serif", titleFontWeight: 400, labelFontSize: 11, titleFontSize: 11 };
const CONFIG = { aria: false, background: "transparent", view: { stroke: null }, axis: QUIET };

async function embed(box, spec) {
  const { default: draw } = await import("vega-embed");
  const { view } = await draw(box, { $schema: "https://vega.github.io/schema/vega-lite/v6.json", config: CONFIG, width: "container", autosize: { type: "fit-x", contains: "padding" }, ...spec }, OPTIONS);
  box.querySelector("svg")?.setAttribute("aria-hidden", "true");
  return view;
}

/** How often which values occur. */
export async function histogram(band, counted = "cells") {
  const box = Object.assign(document.createElement("div"), { className: "figure", role: "img" });
  box.setAttribute("aria-label", `Histogram of ${band.name} from ${band.edges[0]} to ${band.edges[band.edges.length - 1]} ${band.unit}`);
  const values = band.counts.map((count, at) => ({ from: band.edges[at], to: band.edges[at + 1], count }));
  setTimeout(() => embed(box, {
    height: 84, data: { values },
    mark: { type: "bar", color: "var(--chart-line)", binSpacing: 0 },
    encoding: {
      x: { field: "from", type: "quantitative", bin: { binned: true }, title: band.unit || null, axis: { grid: false, tickCount: 5 }, scale: { nice: false } },
      x2: { field: "to" },
      y: { field: "count", type: "quantitative", axis: null },
      tooltip: [{ field: "from", format: ".4~g", title: "from" }, { field: "to", format: ".4~g", title: "to" }, { field: "count", format: ",", title: counted }],
    },
  }));
  return box;
}

/** A series with the range of an area behind it; returns what moves the cursor. */
export async function line(box, points, name, area, choose) {
  const when = { field: "time", type: "temporal", axis: { title: null, grid: false, tickCount: 4, labelOverlap: true } };
  const y = { field: "value", type: "quantitative", title: null, scale: { zero: false }, axis: { tickCount: 4 } };
  const several = new Set(points.map((each) => each.name)).size > 1;
  const colour = several ? { color: { field: "name", type: "nominal", scale: { range: ["var(--chart-p1)", "var(--chart-p2)", "var(--chart-p3)"] }, legend: { orient: "top", title: null, labelColor: "var(--chart-quiet)" } } } : {};
  const layers = [
    ...(area && !several ? [{ mark: { type: "area", color: "var(--chart-shade)", opacity: 0.45 }, encoding: { x: when, y: { ...y, field: "low" }, y2: { field: "high" } } }] : []),
    { data: { name: "cursor", values: [] }, mark: { type: "rule", color: "var(--chart-ink)", strokeWidth: 1 }, encoding: { x: { field: "time", type: "temporal" } } },
    { mark: { type: "line", ...(several ? {} : { color: "var(--chart-line)" }), strokeWidth: 1.5, ...(points.length < 60 ? { point: { size: 18, ...(several ? {} : { color: "var(--chart-line)" }) } } : {}) }, encoding: { x: when, y, ...colour } },
    { mark: { type: "point", size: 260, opacity: 0, filled: true }, encoding: { x: when, y, tooltip: [{ field: "label", title: "time" }, { field: "value", format: ".5~g", title: "value" }, ...(area ? [{ field: "low", format: ".5~g", title: "lowest" }, { field: "high", format: ".5~g", title: "highest" }] : [])] } },
  ];
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${name}, ${points.length} times from ${points[0].label} to ${points[points.length - 1].label}`);
  const view = await embed(box, { height: 150, data: { values: points }, layer: layers });
  view.addEventListener("click", (_, item) => item?.datum?.label && choose(moment(item.datum.time, points)));
  return (time) => time && view.data("cursor", [{ time: Date.parse(time) }]).runAsync();
}

/** The text of a time that Vega has made a number of. */
const moment = (time, points) => (typeof time === "string" ? time : points.find((each) => Date.parse(each.time) === Number(time))?.time ?? "");
