// @ts-check
// What the data say: values at the point, statistics and histogram of the area, the series of either.
import { geometryOf } from "./area.js";
import { histogram, line } from "./figures.js";
import { featuresAt, featuresIn } from "./place-findings.js";
import { asked, numbers, tiles } from "./state.js";
import { daily, hourly, said } from "./timebar.js";

const make = (tag, set = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), set);
  made.append(...children);
  return made;
};
const number = (value, width = Math.abs(value)) =>
  value === null || !Number.isFinite(value) ? "no data" : value.toLocaleString("en", { maximumFractionDigits: Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(width) || 1)))), useGrouping: Math.abs(value) >= 10000 }).replace("-", "−");

export class Findings {
  constructor(browser) {
    this.browser = browser;
    this.box = browser.querySelector(".answers");
    this.keys = {};
    this.running = {};
  }

  /** Ask again for what has changed. */
  follow() {
    const { state, active, data } = this.browser;
    const drawn = state.layers.filter((each, at) => data.layers[each.layer] && each.hidden !== "1" && !data.wrong.includes(at));
    const now = active && data.layers[active.layer] && !data.wrong.includes(state.on) ? active : undefined;
    const key = (each) => each.layer + asked(each) + (each.filter ?? "") + (each.property ?? "");
    this.part("at", state.point && drawn.length ? JSON.stringify([state.point, drawn.map(key)]) : "", (signal) => this.values(drawn, signal));
    this.part("in", state.area && now ? JSON.stringify([state.area, key(now)]) : "", (signal) => this.statistics(now, signal));
    const times = now && data.layers[now.layer].kind !== "features" ? data.layers[now.layer].times : [];
    const where = state.area || state.point, timeless = now && { ...now, time: "" };
    this.part("series", where && now && times.length > 1 ? JSON.stringify([where, now.layer, asked(timeless)]) : "", (signal) => this.series(now, signal));
    this.box.classList.toggle("some", !!(where && now));
    if (this.cursor) this.cursor(times[this.browser.times.at()]);
  }

  /** One part: hidden without *key*, filled anew when the key has changed. */
  part(id, key, fill) {
    if (this.keys[id] === key) return;
    this.keys[id] = key;
    const box = this.box.querySelector(`#${id}`), body = box.querySelector(".body");
    box.hidden = !key;
    this.running[id]?.abort();
    if (id === "series") this.cursor = undefined;
    if (!key) return body.replaceChildren();
    const running = (this.running[id] = new AbortController());
    box.classList.add("busy");
    setTimeout(async () => {
      if (running.signal.aborted) return;
      try {
        const found = await fill(running.signal);
        if (!running.signal.aborted) body.replaceChildren(...found);
      } catch (error) {
        if (!running.signal.aborted) body.replaceChildren(make("p", { className: "note", textContent: error.message }));
      }
      if (!running.signal.aborted) box.classList.remove("busy");
    }, 220);
  }

  async json(address, signal, body = undefined) {
    const options = body ? { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", accept: "application/json" } } : { headers: { accept: "application/json" } };
    const answer = await fetch(address, { signal, ...options });
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(found.detail ?? found.message ?? found.title ?? `The server answered ${answer.status}.`);
    return found;
  }

  async values(drawn, signal) {
    const [lon, lat] = numbers(this.browser.state.point);
    const place = make("p", { className: "place", textContent: `${degrees(lat, "N", "S")}, ${degrees(lon, "E", "W")}` });
    const all = await Promise.all(drawn.toReversed().map((each) => this.rows(each, lon, lat, signal)));
    const rows = all.flat();
    const table = make("table", { className: "values" }, make("tbody", {}, ...rows));
    table.setAttribute("aria-label", "Values at the point");
    return [place, table];
  }

  /** The rows of one layer: the values of its cells, or the properties of its features. */
  async rows(shown, lon, lat, signal) {
    const about = this.browser.data.layers[shown.layer], when = this.browser.times.words(shown);
    const head = make("tr", { className: "head" }, make("th", { colSpan: 2, scope: "rowgroup", textContent: [about.title, when].filter(Boolean).join(", ") }));
    try {
      if (about.kind === "features") return [head, ...(await featuresAt(this.browser, shown, about, lon, lat, signal))];
      return [head, ...this.cells(await this.json(`${tiles(shown)}/point${asked(shown, { lon, lat })}`, signal))];
    } catch (error) {
      return [head, make("tr", {}, make("td", { colSpan: 2, textContent: error.message }))];
    }
  }

  cells(found) {
    return found.values.map((each) => make("tr", {}, make("th", { scope: "row", textContent: each.name }), make("td", { className: "num", textContent: unit(number(each.value), each.value === null ? "" : each.unit) })));
  }

  async statistics(shown, signal) {
    const { data, state } = this.browser, about = data.layers[shown.layer];
    if (about.kind === "features") return featuresIn(this.browser, shown, about, data.looks[state.on], facts, signal);
    const found = await this.json(`${tiles(shown)}/statistics${asked(shown, { area: areaOf(this.browser.state.area) })}`, signal);
    const parts = [];
    for (const band of found.bands) {
      if (found.bands.length > 1) parts.push(make("h3", { textContent: band.name }));
      if (!band.valid) {
        parts.push(make("p", { textContent: "No data in the area at this time." }));
        continue;
      }
      parts.push(facts(band), await histogram(band));
    }
    parts.push(make("p", { className: "note", textContent: "Each cell counts once here; through time each weighs by its area." }));
    if (found.sampled) parts.push(make("p", { className: "note", textContent: "Read from every few cells, because the area has so many." }));
    return parts;
  }

  async series(shown, signal) {
    const { state } = this.browser, about = this.browser.data.layers[shown.layer];
    const where = state.area ? { area: areaOf(state.area) } : { point: state.point };
    const address = `/series/${encodeURIComponent(shown.layer).replace(/%3A/g, ":")}`;
    const found = await this.json(address + asked({ ...shown, time: "", rescale: "", colormap: "" }, { ...where, f: "json" }), signal);
    const unitOf = found.variables.length === 1 ? found.variables[0].unit : "";
    const points = pointsOf(found).map((each) => ({ ...each, label: said(each.time, daily(about.times), hourly(about.times)) }));
    if (!points.some((each) => each.value !== null)) return [make("p", { textContent: "No data here at any time." })];
    const box = make("div", { className: "figure" });
    const name = `${state.area ? "Mean of the area" : "Value at the point"}${unitOf && unitOf !== "1" ? `, ${unitOf}` : ""}`;
    const show = (time) => this.browser.set({ time });
    setTimeout(async () => {
      this.cursor = await line(box, points, name, !!state.area, show);
      this.cursor(about.times[this.browser.times.at()]);
    });
    const links = ["csv", "json"].map((form) => make("a", { href: address + asked({ ...shown, time: "", rescale: "", colormap: "" }, { ...where, f: form }), textContent: form.toUpperCase(), download: `${shown.layer.replace(/\W+/g, "-")}.${form}` }));
    return [box, make("p", { className: "note" }, `${name}. Press a point of the line to see its map. `, ...links.flatMap((each) => [each, " "]))];
  }

  /** Charts take the colours of the page when they are drawn. */
  redraw() {
    this.keys = {};
    this.follow();
  }
}

const degrees = (value, plus, minus) => `${Math.abs(value).toFixed(4)}° ${value < 0 ? minus : plus}`;
const unit = (text, of) => (of && of !== "1" ? `${text} ${of}` : text);
const areaOf = (text) => (/^[A-Za-z]/.test(text) ? JSON.stringify(geometryOf(text)) : text);

function facts(band, last = undefined) {
  const width = band.high - band.low;
  const rows = [["Minimum", band.low], ["Mean", band.mean], ["Median", band.median], ["Maximum", band.high], ["Standard deviation", band.deviation]];
  const list = make("dl", { className: "numbers" });
  for (const [label, value] of rows) list.append(make("div", {}, make("dt", { textContent: label }), make("dd", { textContent: unit(number(value, width), band.unit) })));
  const [label, text] = last ?? ["Cells with data", shareOf(band)];
  list.append(make("div", {}, make("dt", { textContent: label }), make("dd", { textContent: text })));
  return list;
}

function shareOf(band) {
  const share = band.cells ? (100 * band.valid) / band.cells : 0;
  return `${share.toFixed(share > 99.95 || share < 10 ? 0 : 1)} % of ${band.cells.toLocaleString("en")}`;
}

/** The answer's columns as points: a value, and of an area the lowest and the highest. */
function pointsOf(found) {
  return found.variables.flatMap(({ name, values }) =>
    found.times.map((time, at) => ({ time, name, value: (values.value ?? values.mean)[at], low: values.min?.[at] ?? null, high: values.max?.[at] ?? null })));
}
