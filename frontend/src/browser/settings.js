// @ts-check
// The settings of the open layer: what is shown of it, its colours, its range, its opacity. Formulas are checked while
// they are typed; a range can be taken from the data.
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
    if (name === "expression") {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.formula(field), 260);
    }
  }

  async changed(field) {
    const name = field.dataset.field;
    if (name === "kind") return this.kind(field.value);
    if (name === "expression") return this.formula(field);
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
    const [low, high] = ["low", "high"].map((each) => this.field(each)?.value.trim() ?? "");
    if (low === "" && high === "") return this.browser.set({ rescale: "" }), this.legend();
    if (low === "" || high === "" || !(Number(low) < Number(high))) return this.note("range", "The lower end must be a number below the upper one.");
    this.note("range", "");
    this.browser.set({ rescale: `${Number(low)},${Number(high)}` });
    this.legend();
  }

  /** A formula is sent once the server has read it without complaint. */
  async formula(field) {
    const text = field.value.trim();
    if (!text) return this.note("expression", "");
    if (text === this.browser.active.expression) return;
    const wrong = await this.complaint({ expression: text });
    if (field.value.trim() !== text) return; // it was changed meanwhile
    this.note("expression", wrong);
    field.setAttribute("aria-invalid", String(!!wrong));
    if (!wrong) this.browser.set({ expression: text, bands: "", index: "" }), this.legend();
  }

  async check(field, name) {
    const wrong = field.value.trim() ? await this.complaint({ [name]: field.value.trim() }) : "";
    this.note(name, wrong);
    if (!wrong) this.browser.set({ [name]: field.value.trim() });
  }

  async complaint(changes) {
    const query = new URLSearchParams({ expression: changes.expression ?? changes.mask });
    const answer = await fetch(`${tiles(this.browser.active)}/check?${query}`, { headers: { accept: "application/json" } });
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
    const answer = await fetch(`${tiles(this.browser.active)}/statistics${asked({ ...this.browser.active, rescale: "" }, more)}`, { headers: { accept: "application/json" } });
    const found = await answer.json().catch(() => ({}));
    this.note("range", answer.ok ? "" : found.detail ?? "The data could not be read.");
    if (!answer.ok) return;
    const ranges = found.bands.map((band) => (what === "all" ? [band.low, band.high] : [band.percentiles["2"], band.percentiles["98"]]));
    if (!ranges.every((each) => each.every(Number.isFinite))) return this.note("range", "There are no data here to take a range from.");
    await this.sent({ rescale: ranges.map(([low, high]) => `${near(low, high - low)},${near(high, high - low)}`).join() });
  }

  /** Legend and links follow quietly. */
  legend() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.browser.panel.fetch(["#legend", "#takehome"]), 150);
  }
}

/** As many digits as the width of the range needs. */
const near = (value, width) => +value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(Math.abs(width) || 1))));
