// @ts-check
// <rp-chart>: takes over from the server's drawing. ast:true keeps the strict content-security policy.
import embed from "vega-embed";
import { choose } from "./time.js";

const OPTIONS = {
  ast: true,
  actions: false,
  renderer: /** @type {const} */ ("svg"),
  logLevel: 1, // errors only: an empty cursor is no news
  tooltip: { disableDefaultStyle: true },
};

class Chart extends HTMLElement {
  async connectedCallback() {
    const still = this.querySelector(".chart");
    if (!still || this.view) return;
    const url = new URL(this.dataset.spec, location.href);
    if (still.clientWidth < 560) url.searchParams.set("narrow", "true");
    const answer = await fetch(url);
    if (!answer.ok) return;
    await this.draw(still, await answer.json());
    this.onTime = (event) => this.point(event.detail.time);
    addEventListener("rp:time", this.onTime);
    const now = new URL(location.href).searchParams.get("t");
    if (now) this.point(now);
  }

  disconnectedCallback() {
    removeEventListener("rp:time", this.onTime);
    this.view?.finalize();
  }

  /** Draw beside the still one and change them over, so that nothing jumps. */
  async draw(still, spec) {
    const live = Object.assign(document.createElement("div"), { className: "live", role: "img" });
    live.setAttribute("aria-label", this.dataset.alt ?? "");
    live.style.cssText = "position:absolute;inset:0;visibility:hidden";
    still.append(live);
    this.timed = JSON.stringify(spec).includes('"cursor"'); // a chart of places has no time to point at
    const height = still.clientWidth < 560 ? 220 : spec.height;
    this.view = (await embed(live, { ...spec, height }, OPTIONS)).view;
    live.querySelector("svg")?.setAttribute("aria-hidden", "true");
    still.replaceChildren(live);
    live.style.cssText = "";
    this.view.addEventListener("click", (_, item) => this.pick(item));
  }

  pick(item) {
    const datum = item?.datum?.datum ?? item?.datum;
    if (!datum?.time || !document.querySelector("rp-time")) return;
    const time = typeof datum.time === "string" ? datum.time : new Date(datum.time).toISOString().slice(0, 10);
    choose(time, datum.label ?? "");
  }

  point(time) {
    if (this.timed) this.view?.data("cursor", [{ time: Date.parse(time) }]).runAsync();
  }
}

customElements.define("rp-chart", Chart);
