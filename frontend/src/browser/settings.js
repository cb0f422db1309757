// @ts-check
// The settings of the open layer: what is shown of it, its colours, its range, its opacity. Formulas are checked while
// they are typed; a range can be taken from the data.
import { narrowed } from "./place-asking.js";
import { asked, tiles } from "./state.js";

const KINDS = ["bands", "index", "expression"];

export class Settings {
  constructor(browser) {
    this.browser = browser;
  }

  get form() {
    return /** @type {HTMLFormElement} */ (document.getElementById("settings"));
  }

  field(name) {
    return /** @type {HTMLInputElement | null} */ (this.form?.querySelector(`[data-field="${name}"]`));
  }

  /** While one types or slides: opacity at once, formulas once the hand rests. */
  typed(field) {
    const name = field.dataset.field;
    if (name === "opacity") {
      this.form.querySelector("[data-opacity]").textContent = `${field.value} %`;
      this.browser.set({ opacity: field.value });
    }
    if (name === "expression" || name === "filter") {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => (name === "filter" ? this.filter(field) : this.formula(field)), 260);
    }
  }

  async changed(field) {
    const name = field.dataset.field;
    if (name === "kind") return this.kind(field.value);
    if (name === "expression") return this.formula(field);
    if (name === "filter") return this.filter(field);
    if (name === "property") return this.sent({ property: field.value, rescale: "", colormap: "" });
    if (name === "low" || name === "high") return this.range();
    if (name === "red" || name === "green" || name === "blue") return this.bands();
    if (name === "combination" && field.value) return this.sent({ bands: field.value, index: "", expression: "", rescale: "" });
    if (name === "from") return this.measure(field);
    if (name === "index" || name === "bands" || name === "colormap" || name === "mask" || name === "dimension") return this.other(name, field);
  }

  /** Bands, an index or a formula of one's own: one of them is sent. */
  async kind(kind) {
    this.form.dataset.kind = kind;
    if (kind === "bands") return this.sent({ index: "", expression: "", bands: "", rescale: "", colormap: "" });
    const field = this.field(kind);
    if (kind === "index" && field.value) return this.other("index", field);
    if (kind === "expression") return field.value ? this.formula(field) : field.focus();
  }

  async other(name, field) {
    if (name === "colormap" && this.features) return this.sent({ colormap: field.value });
    if (name === "colormap") return this.browser.set({ colormap: field.value }), this.legend();
    if (name === "mask") return this.check(field, "mask") && undefined;
    if (name === "dimension") return this.dimension();
    const cleared = Object.fromEntries(KINDS.map((each) => [each, each === name ? field.value : ""]));
    await this.sent({ ...cleared, rescale: "", colormap: this.browser.active.colormap });
  }

  dimension() {
    const all = [...this.form.querySelectorAll('[data-field="dimension"]')];
    this.browser.set({ dimensions: all.map((each) => `${each.dataset.name}=${each.value}`).join(",") });
    this.legend();
  }

  /** What changes the other fields: the server writes the form anew. */
  async sent(changes) {
    const { state } = this.browser, layers = state.layers.map((each, at) => (at === state.on ? { ...each, ...changes } : each));
    await this.browser.go({ layers });
  }

  bands() {
    const chosen = ["red", "green", "blue"].map((each) => this.field(each)?.value).filter(Boolean);
    const bands = chosen.length === 2 || !this.field("green")?.value ? chosen.slice(0, 1) : chosen;
    return this.sent({ bands: bands.join(","), index: "", expression: "", rescale: "" });
  }

  range() {
    const [low, high] = ["low", "high"].map((each, at) => this.end(each, at));
    if (low === "" && high === "" && this.features) return this.sent({ rescale: "" });
    if (low === "" && high === "") return this.browser.set({ rescale: "" }), this.legend();
    if (low === "" || high === "" || !(Number(low) < Number(high))) return this.note("range", "The lower end must be a number below the upper one.");
    this.note("range", "");
    if (this.features) return this.sent({ rescale: `${Number(low)},${Number(high)}` });
    this.browser.set({ rescale: `${Number(low)},${Number(high)}` });
    this.legend();
  }

  /** One end of the range: as it was typed, else as the view has it, which the form may not say yet. */
  end(name, at) {
    const field = this.field(name), known = (this.browser.active.rescale ?? "").split(",");
    if (field && field.value === field.defaultValue && known.length === 2) return known[at];
    return field?.value.trim() ?? "";
  }

  /** A formula is sent once the server has read it without complaint. */
  async formula(field) {
    const text = field.value.trim();
    const { data, state } = this.browser, was = data.wrong.includes(state.on);
    if (!text) return this.note("expression", ""), was && this.sent({ expression: "" });
    if (text === this.browser.active.expression) return;
    const wrong = await this.complaint({ expression: text });
    if (field.value.trim() !== text) return; // it was changed meanwhile
    this.note("expression", wrong);
    field.setAttribute("aria-invalid", String(!!wrong));
    if (!wrong && was) return this.sent({ expression: text, bands: "", index: "" }); // the form was that of other bands
    if (!wrong) this.browser.set({ expression: text, bands: "", index: "" }), this.legend();
  }

  /** Whether the open layer is one of features. */
  get features() {
    return this.form?.dataset.of === "features";
  }

  /** A filter is sent once the server has read it without complaint. */
  async filter(field) {
    const text = field.value.trim(), { about, active } = this.browser;
    if (text === (active.filter ?? "") && field.getAttribute("aria-invalid") !== "true") return;
    const address = about.items + narrowed(about, { filter: text }, "", { limit: 1, skipGeometry: true, "filter-lang": "cql2-text" });
    const wrong = text ? await this.refusal(address) : "";
    if (field.value.trim() !== text) return; // it was changed meanwhile
    this.note("filter", wrong);
    field.setAttribute("aria-invalid", String(!!wrong));
    if (!wrong) this.browser.set({ filter: text }), this.legend();
  }

  async check(field, name) {
    const wrong = field.value.trim() ? await this.complaint({ [name]: field.value.trim() }) : "";
    this.note(name, wrong);
    if (!wrong) this.browser.set({ [name]: field.value.trim() });
  }

  async complaint(changes) {
    const query = new URLSearchParams({ expression: changes.expression ?? changes.mask });
    return this.refusal(`${tiles(this.browser.active)}/check?${query}`);
  }

  /** What the server says against an address; empty if nothing. */
  async refusal(address) {
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    if (answer.ok) return "";
    const said = await answer.json().catch(() => ({}));
    return said.detail ?? said.message ?? "The formula was refused.";
  }

  note(name, text) {
    const line = this.form.querySelector(`[data-note="${name}"]`);
    if (line) line.textContent = text;
  }

  /** A range from the data: of the whole layer, or of what is seen. */
  async measure(field) {
    const [what, where] = field.value.split(" ");
    field.selectedIndex = 0;
    const more = where === "view" ? { area: this.browser.framing.seen() } : {};
    this.note("range", "Reading the data …");
    const answer = await fetch(this.features ? this.measured(more.area) : `${tiles(this.browser.active)}/statistics${asked({ ...this.browser.active, rescale: "" }, more)}`, { headers: { accept: "application/json" } });
    const found = await answer.json().catch(() => ({}));
    this.note("range", answer.ok ? "" : found.detail ?? "The data could not be read.");
    if (!answer.ok) return;
    const bands = found.bands ?? [{ ...found, percentiles: found.percentiles ?? {} }];
    const ranges = bands.map((band) => (what === "all" ? [band.low, band.high] : [band.percentiles["2"], band.percentiles["98"]]));
    if (!ranges.every((each) => each.every(Number.isFinite))) return this.note("range", "There are no data here to take a range from.");
    await this.sent({ rescale: ranges.map(([low, high]) => `${near(low, high - low)},${near(high, high - low)}`).join() });
  }

  measured(area = "") {
    const { about, active } = this.browser;
    return about.items.replace(/items$/, "statistics") + narrowed(about, area ? active : {}, area, { property: active.property });
  }

  /** Legend and links follow quietly. */
  legend(pause = 150) {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.browser.panel.fetch(["#legend", "#takehome"]), pause);
  }
}

/** As many digits as the width of the range needs. */
const near = (value, width) => +value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(Math.abs(width) || 1))));
