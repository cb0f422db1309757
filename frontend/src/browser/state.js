// @ts-check
// A view of the browser as its address says it. The same names as the form of the page, which works without scripts.

export const STYLE = ["time", "bands", "expression", "index", "rescale", "colormap", "mask", "dimensions"];
const ALONE = ["view", "at", "base", "compare", "split", "area", "point", "q", "group"];
const USUAL = { opacity: "100", base: "paper", split: "50", on: "1" };
const FIELDS = ["layer", ...STYLE, "property", "filter", "opacity", "side", "hidden"];

/** @typedef {{layer: string, time: string, bands: string, expression: string, index: string, rescale: string, colormap: string, mask: string, dimensions: string, property: string, filter: string, opacity: string, side: string, hidden: string}} Shown */

const ending = (at) => (at ? `.${at + 1}` : "");

/** @param {string} search */
export function read(search) {
  const given = new URLSearchParams(search), layers = [];
  for (let at = 0; given.get(`layer${ending(at)}`); at++)
    layers.push(Object.fromEntries(FIELDS.map((name) => [name, given.get(name + ending(at)) ?? USUAL[name] ?? ""])));
  const state = Object.fromEntries(ALONE.map((name) => [name, given.get(name) ?? USUAL[name] ?? ""]));
  const on = Math.min(Math.max(Number(given.get("on") ?? 1), 1), Math.max(1, layers.length)) - 1;
  return { .../** @type {any} */ (state), layers: /** @type {Shown[]} */ (layers), on };
}

/** The query of a view, readable: commas, colons and slashes stay. */
export function write(state) {
  const parts = [];
  const put = (name, usual, value) => value !== "" && value !== usual && parts.push(`${name}=${encode(value)}`);
  state.layers.forEach((shown, at) => FIELDS.forEach((name) => put(name + ending(at), USUAL[name], String(shown[name] ?? ""))));
  put("on", "1", String(state.on + 1));
  for (const name of ALONE) put(name, USUAL[name], String(state[name] ?? ""));
  return parts.length ? `?${parts.join("&")}` : location.pathname;
}

const encode = (text) => encodeURIComponent(text).replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/").replace(/%20/g, "+");

/** What the tiles are asked for, as a query. @param {Shown} shown */
export function asked(shown, more = {}) {
  const query = new URLSearchParams();
  for (const name of STYLE) if (shown[name] && name !== "dimensions") query.set(name, shown[name]);
  for (const part of (shown.dimensions ?? "").split(",").filter(Boolean)) query.set(...split(part));
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  const text = query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
  return text ? `?${text}` : "";
}

/** @returns {[string, string]} */
function split(part) {
  const at = part.indexOf("=");
  return [part.slice(0, at), part.slice(at + 1)];
}

/** The start of the addresses of a layer. @param {Shown} shown */
export const tiles = (shown) => `/tiles/${encodeURIComponent(shown.layer).replace(/%3A/g, ":")}`;

export const numbers = (text) => text.split(",").map(Number);
export const rounded = (value, digits = 5) => String(+value.toFixed(digits));
