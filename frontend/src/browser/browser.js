// @ts-check
// <rp-browser>: the map browser. The address is the whole state; the server writes the panels for it, the map follows.
import VectorSource from "ol/source/Vector.js";
import { areaFeature, pointFeature } from "./area.js";
import { sharpen } from "./base.js";
import { Compare } from "./compare.js";
import { Findings } from "./findings.js";
import { Framing } from "./framing.js";
import { Panel } from "./panel.js";
import { read, rounded, write } from "./state.js";
import { TimeBar } from "./timebar.js";
import { Tools } from "./tools.js";
import { learn, viewOf, where } from "./views.js";

const $ = (selector, within = document) => /** @type {HTMLElement} */ (within.querySelector(selector));

class Browser extends HTMLElement {
  connectedCallback() {
    if (this.marks) return;
    this.marks = new VectorSource();
    this.state = read(location.search);
    this.learn(this);
    this.stage = $(".stage", this);
    this.framing = new Framing(this);
    this.compare = new Compare(this);
    this.panel = new Panel(this);
    this.times = new TimeBar(this);
    this.findings = new Findings(this);
    this.tools = new Tools(this);
    this.ground();
    this.follow();
    addEventListener("popstate", () => this.back());
    for (const name of ["rp:theme"]) addEventListener(name, () => this.repaint());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
    this.classList.add("alive");
  }

  /** What the server says of the layers of this view. */
  learn(page) {
    this.data = JSON.parse($("#browser-data", page)?.textContent ?? "{}");
    learn(this.data.projections);
  }

  get known() {
    return this.data.projections.find((each) => each.crs === (this.state.view || this.data.suited)) ?? this.data.projections[0];
  }

  get active() {
    return this.state.layers[this.state.on];
  }

  get about() {
    return this.active && this.data.layers[this.active.layer];
  }

  /** The view and the base; asked again when the projection, the base or the comparison changes. */
  ground() {
    const known = this.known;
    if (this.shown !== known.crs || !this.view) {
      const at = this.shown && this.shown !== known.crs ? "" : this.state.at;
      this.view = viewOf(known, at);
      this.moving = !at;
      this.view.on("change", () => this.moved());
      this.shown = known.crs;
    }
    this.compare.lay();
    for (const pane of this.compare.panes) pane.ground(known, this.view, this.state.base);
    if (this.moving) this.framing.home(0);
    this.moving = false;
    this.remark();
  }

  /** Everything that depends on the layers. */
  follow() {
    for (const pane of this.compare.panes) pane.show(this.state);
    this.compare.label();
    this.times.follow();
    this.findings.follow();
    this.tools.follow();
  }

  /** Change the active layer's settings, or with *at* another's. */
  set(changes, at = this.state.on) {
    Object.assign(this.state.layers[at], changes);
    if (!("opacity" in changes)) this.data.wrong = this.data.wrong.filter((each) => each !== at); // it may be right now
    this.write();
    this.follow();
    if ("time" in changes) this.panel.settings.legend(400); // counts, files and the notebook are those of the time
  }

  /** Change the view: base, projection, comparison, area, point. */
  look(changes) {
    const ground = ["view", "base", "compare"].some((name) => name in changes && changes[name] !== this.state[name]);
    Object.assign(this.state, changes);
    this.write();
    if (ground) this.ground();
    if ("area" in changes || "point" in changes) this.remark();
    if ("area" in changes) this.panel.settings.legend();
    this.follow();
  }

  /** Layers came, went or changed places: the server writes the panels anew. */
  async go(changes) {
    Object.assign(this.state, changes);
    this.write(true);
    await this.reload();
  }

  write(push = false) {
    const address = write(this.state);
    if (address !== location.search) history[push ? "pushState" : "replaceState"](history.state, "", address);
    for (const link of document.querySelectorAll("[data-here]")) {
      const href = new URL(/** @type {HTMLAnchorElement} */ (link).href);
      href.search = location.search;
      /** @type {HTMLAnchorElement} */ (link).href = href.href;
    }
  }

  /** Another view by the browser's own buttons: where one looked comes back, too. */
  async back() {
    await this.reload();
    if (!this.state.at) return;
    this.shown = undefined;
    this.ground();
    this.follow();
  }

  async reload() {
    const before = this.known.crs;
    this.state = read(location.search);
    const page = await this.panel.fetch();
    if (page) this.learn(page);
    if (before !== this.known.crs || this.based !== this.state.base + this.state.compare) this.ground();
    this.based = this.state.base + this.state.compare;
    this.follow();
    this.remark();
  }

  moved() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.state.at = where(this.view);
      this.write();
      const metres = this.view.getProjection().getMetersPerUnit() ?? 1;
      sharpen(this.known, this.view.getResolution(), metres);
    }, 200);
  }

  pointed(coordinate) {
    if (this.tools.drawing) return;
    const [lon, lat] = this.framing.degrees(coordinate);
    if (Math.abs(lat) <= 90) this.look({ point: `${rounded(lon)},${rounded(lat)}` });
  }

  /** The middle of the map, for those who point with the keyboard. */
  pointMiddle() {
    this.pointed(this.view.getCenter());
  }

  remark() {
    this.marks.clear(true);
    if (this.state.area) this.marks.addFeature(areaFeature(this.state.area, this.known.crs));
    if (this.state.point) this.marks.addFeature(pointFeature(this.state.point, this.known.crs));
  }

  repaint() {
    this.ground();
    this.findings.redraw();
  }

  busy(by) {
    this.loads = Math.max(0, (this.loads ?? 0) + by);
    this.stage.classList.toggle("busy", this.loads > 0);
  }

  /** A tile did not come: say once why. */
  async missed(tile) {
    if (this.asking) return;
    this.asking = true;
    const answer = await fetch(tile.src_ ?? tile.key, { headers: { accept: "application/json" } }).catch(() => undefined);
    const said = answer && !answer.ok ? await answer.json().catch(() => ({})) : {};
    if (answer && !answer.ok) this.say(said.detail ?? said.message ?? `A tile could not be drawn (${answer.status}).`);
    setTimeout(() => (this.asking = false), 3000);
  }

  say(text) {
    const line = $(".said", this);
    line.textContent = text;
    clearTimeout(this.silence);
    if (text) this.silence = setTimeout(() => (line.textContent = ""), 9000);
  }
}

customElements.define("rp-browser", Browser);

