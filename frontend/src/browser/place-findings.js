// @ts-check
// What features say: those at the point with their properties, and what a property is in the area.
import { histogram } from "./figures.js";
import { said } from "./timebar.js";
import { around, narrowed } from "./place-asking.js";

const READ = 5; // features at a point whose properties are written out
const make = (tag, set = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), set);
  made.append(...children);
  return made;
};
const whole = (value) => value.toLocaleString("en");
const many = (count) => `${whole(count)} feature${count === 1 ? "" : "s"}`;

/** Rows of the table of values: each feature at the place, with its properties. */
export async function featuresAt(browser, shown, about, lon, lat, signal) {
  const box = around(browser, lon, lat, about.geometry);
  const address = about.items + narrowed(about, shown, box, { limit: READ, skipGeometry: true });
  const found = await browser.findings.json(address, signal);
  const rows = found.features.flatMap((each) => featureRows(each, about));
  if (!found.features.length) return [make("tr", {}, make("td", { colSpan: 2, textContent: "No feature here." }))];
  const rest = found.numberMatched - found.features.length;
  if (rest > 0) {
    const link = make("a", { href: about.items + narrowed(about, shown, box, { f: "html" }), textContent: `${many(rest)} more here` });
    rows.push(make("tr", {}, make("td", { colSpan: 2 }, link)));
  }
  return rows;
}

function featureRows({ id, properties }, about) {
  const link = make("a", { href: `${about.items}/${encodeURIComponent(id)}?f=html`, textContent: id });
  const head = make("tr", { className: "feature" }, make("th", { scope: "row", textContent: "Feature" }), make("td", {}, link));
  const known = about.fields.filter((each) => properties[each.name] !== undefined && properties[each.name] !== null);
  return [head, ...known.map((each) => make("tr", {}, make("th", { scope: "row", textContent: each.title }), make("td", { className: typeof properties[each.name] === "number" ? "num" : "word", textContent: told(properties[each.name], each) })))];
}

function told(value, { unit, kind }) {
  if (kind === "moment") return said(value, true, true);
  if (kind === "date") return said(value);
  if (typeof value === "number") return `${value.toLocaleString("en", { maximumSignificantDigits: 10, useGrouping: Math.abs(value) >= 10000 }).replace("-", "−")}${unit && unit !== "1" ? ` ${unit}` : ""}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** How many features lie in the area; of the property that is coloured, statistics and histogram, or how often which word. */
export async function featuresIn(browser, shown, about, look, facts, signal) {
  const more = look?.property ? { property: look.property } : {};
  const address = `${about.items.replace(/items$/, "statistics")}${narrowed(about, shown, browser.state.area, more)}`;
  const found = await browser.findings.json(address, signal);
  const parts = [make("p", { className: "count-in", textContent: many(found.count) })];
  if (!found.property) return [...parts, make("p", { className: "note", textContent: "Colour them by a property to see what it is here." })];
  parts.push(make("h3", { textContent: found.title }));
  if (!found.valid) return [...parts, make("p", { textContent: "None of them has it." })];
  if (found.kind === "words") return [...parts, wordsOf(found)];
  const band = { ...found, name: found.title, median: found.percentiles["50"] };
  return [...parts, facts(band, ["Features with it", `${whole(found.valid)} of ${whole(found.count)}`]), await histogram(band, "features"), make("p", { className: "note", textContent: "Each feature counts once, however large it is." })];
}

function wordsOf(found) {
  const rows = found.values.slice(0, 12).map((each) => [each.value, each.count]);
  const rest = found.others + found.values.slice(12).reduce((sum, each) => sum + each.count, 0);
  if (rest) rows.push(["Others", rest]);
  return make("dl", { className: "numbers" }, ...rows.map(([value, count]) => make("div", {}, make("dt", { textContent: value || "(empty)" }), make("dd", { textContent: whole(count) }))));
}
