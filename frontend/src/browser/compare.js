// @ts-check
// Comparing: a divider across one map, or two maps side by side with one view.
import { Pane } from "./pane.js";

const make = (tag, set = {}) => Object.assign(document.createElement(tag), set);

export class Compare {
  constructor(browser) {
    this.browser = browser;
    this.box = browser.querySelector(".panes");
    this.panes = [];
  }

  /** One map or two, as the view says. */
  lay() {
    const { state } = this.browser, wanted = state.compare === "side" ? 2 : 1;
    if (this.panes.length !== wanted || this.laid !== state.compare) {
      this.panes.forEach((pane) => pane.close());
      this.box.replaceChildren();
      this.browser.busy(-Infinity);
      const sides = wanted === 2 ? ["left", "right"] : [""];
      this.panes = sides.map((side) => new Pane(this.target(side), this.browser, side));
      if (state.compare === "swipe") this.divider();
      this.laid = state.compare;
    }
    this.box.dataset.compare = state.compare;
  }

  target(side) {
    const pane = make("div", { className: "pane" }), target = make("div", { className: "canvas", tabIndex: 0, role: "application" });
    target.setAttribute("aria-label", `${side ? `${side === "left" ? "Left" : "Right"} map` : "Map"}. Arrow keys move, plus and minus zoom, Enter asks for the values in the middle.`);
    target.addEventListener("keydown", (event) => event.key === "Enter" && event.target === target && this.browser.pointMiddle());
    pane.append(target, make("p", { className: "chip", hidden: true }));
    this.box.append(pane);
    return target;
  }

  divider() {
    const { state } = this.browser;
    const range = make("input", { type: "range", min: 0, max: 100, step: 1, value: state.split, className: "swipe" });
    range.setAttribute("aria-label", "Divider between the left and the right layers, percent of the width");
    const line = make("span", { className: "line" });
    line.setAttribute("aria-hidden", "true");
    const put = () => this.box.style.setProperty("--split", `${state.split}%`);
    range.oninput = () => {
      this.browser.state.split = range.value;
      this.box.style.setProperty("--split", `${range.value}%`);
      this.panes[0].map.render();
      this.browser.write();
    };
    put();
    this.box.append(line, range, make("p", { className: "chip right", hidden: true }));
  }

  /** What is seen on which side, in plain sight. */
  label() {
    const { state, data } = this.browser, chips = [...this.box.querySelectorAll(".chip")];
    const words = (side) => {
      const shown = state.layers.findLast((each) => each.side === side && each.hidden !== "1");
      const about = shown && data.layers[shown.layer];
      return about ? [about.title, this.browser.times.words(shown)].filter(Boolean).join(", ") : "";
    };
    chips.forEach((chip, at) => {
      chip.textContent = state.compare ? words(at ? "right" : "left") : "";
      chip.hidden = !chip.textContent;
    });
  }

  /** Begin to compare: the layer that is open against itself at the time before, unless two sides are there already. */
  async begin(kind) {
    const { state } = this.browser;
    if (!kind) return this.browser.go({ compare: "", layers: state.layers.map((each) => ({ ...each, side: "" })) });
    if (!state.layers.length) return this.browser.say("Add a layer first; then it can be compared.");
    if (!state.layers.some((each) => each.side)) this.pair();
    await this.browser.go({ compare: kind });
  }

  pair() {
    const { state } = this.browser;
    if (state.layers.length > 1) {
      state.layers.forEach((each, at) => (each.side = at === state.layers.length - 1 ? "right" : "left"));
      return;
    }
    const shown = state.layers[0], times = this.browser.about?.times ?? [];
    const at = this.browser.times.at(shown), other = at > 0 ? times[at - 1] : times[1];
    const right = { ...shown, side: "right", time: times[at] ?? "" };
    state.layers = [{ ...shown, side: "left", time: other ?? "" }, right];
    state.on = 0;
  }
}
