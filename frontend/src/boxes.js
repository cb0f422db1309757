// @ts-check
// <rp-boxes>: a small map on which boxes are drawn, moved and resized with mouse, finger or keys. It writes the number
// fields of the form and shows what they say; the tiles that a grid would have are previewed.
import { Fields } from "./boxes-fields.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST = 3000; // tiles that are drawn
const CORNERS = [[0, 3], [2, 3], [2, 1], [0, 1]]; // which side gives x and y, from the upper left
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function make(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  parent?.append(made);
  return made;
}

class Boxes extends HTMLElement {
  connectedCallback() {
    if (this.fields) return;
    this.fields = new Fields(this.closest("form"));
    this.svg = /** @type {SVGSVGElement} */ (this.querySelector("svg"));
    this.layer = this.svg.querySelector(".drawn");
    this.view = [-180, -90, 360];
    this.svg.addEventListener("pointerdown", (event) => this.down(event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerup", () => this.up());
    this.svg.addEventListener("pointercancel", () => this.up());
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.fields.form.addEventListener("input", () => this.draw());
    const acts = { add: () => this.begin(), in: () => this.zoom(0.5), out: () => this.zoom(2), world: () => this.look(-180, -90, 360) };
    for (const [name, act] of Object.entries(acts)) this.querySelector(`[data-act=${name}]`).addEventListener("click", act);
    new ResizeObserver(() => this.draw()).observe(this.svg);
    this.active = 0;
  }

  get pixel() {
    return this.view[2] / Math.max(1, this.svg.clientWidth); // degrees
  }

  /** The step that numbers are rounded to: finer the nearer one looks. */
  get step() {
    return 10 ** clamp(Math.round(Math.log10(this.pixel)), -4, 0);
  }

  round(value, low, high) {
    return Number(clamp(Math.round(value / this.step) * this.step, low, high).toFixed(4));
  }

  rounded([w, s, e, n]) {
    return [this.round(w, -180, 180), this.round(s, -90, 90), this.round(e, -180, 180), this.round(n, -90, 90)];
  }

  look(west, top, width) {
    width = clamp(width, 0.5, 360);
    this.view = [clamp(west, -180, 180 - width), clamp(top, -90, 90 - width / 2), width];
    this.svg.setAttribute("viewBox", [...this.view, width / 2].join(" "));
    this.draw();
  }

  zoom(by) {
    const found = this.fields.boxes().find(({ at }) => at === this.active), [left, top, width] = this.view;
    const [x, y] = found ? [(found.box[0] + found.box[2]) / 2, -(found.box[1] + found.box[3]) / 2] : [left + width / 2, top + width / 4];
    const wide = clamp(width * by, 0.5, 360);
    this.look(x - wide / 2, y - wide / 4, wide);
  }

  /** A first box in the middle, for keys and fingers to move. */
  begin() {
    const [left, top, width] = this.view, x = left + width / 2, y = -(top + width / 4), half = width / 12;
    this.put(this.fields.add(this.rounded([x - half, y - half, x + half, y + half])), true);
  }

  put(at, focus = false) {
    this.active = at;
    this.draw();
    if (focus) /** @type {SVGElement | null} */ (this.layer.querySelector(`[data-box="${at}"]`))?.focus();
    this.fields.form.dispatchEvent(new Event("change"));
  }

  point({ clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [clamp(x, -180, 180), clamp(-y, -90, 90)];
  }

  down(event) {
    if (event.button || !event.isPrimary || !this.fields.drawable) return;
    const [x, y] = this.point(event), group = event.target.closest("[data-box]"), corner = event.target.dataset.corner;
    this.svg.setPointerCapture(event.pointerId);
    if (!group) return void (this.drag = { anchor: [x, y], from: event });
    const at = Number(group.dataset.box), { box } = this.fields.boxes().find((each) => each.at === at);
    this.active = at;
    const [sideX, sideY] = CORNERS[corner] ?? [];
    this.drag = corner === undefined ? { at, box, grip: [x, y] } : { at, anchor: [box[sideX ? 0 : 2], box[sideY === 3 ? 1 : 3]] };
    event.preventDefault();
    group.focus();
  }

  move(event) {
    if (!this.drag || !event.isPrimary) return;
    const [x, y] = this.point(event), { anchor, grip, box, from } = this.drag;
    if (from && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) < 5) return; // a click draws nothing
    const next = anchor ? [Math.min(x, anchor[0]), Math.min(y, anchor[1]), Math.max(x, anchor[0]), Math.max(y, anchor[1])] : this.shifted(box, x - grip[0], y - grip[1]);
    const rounded = this.rounded(next);
    if (rounded[0] === rounded[2] || rounded[1] === rounded[3]) return;
    if (this.drag.at === undefined) this.drag = { at: this.fields.add(rounded), anchor };
    else this.fields.write(this.drag.at, rounded);
    this.active = this.drag.at;
    this.draw();
  }

  up() {
    if (this.drag?.at !== undefined) this.put(this.drag.at, true);
    this.drag = undefined;
  }

  shifted([w, s, e, n], x, y) {
    const [dx, dy] = [clamp(x, -180 - w, 180 - e), clamp(y, -90 - s, 90 - n)];
    return [w + dx, s + dy, e + dx, n + dy];
  }

  key(event) {
    const arrow = ARROWS[event.key], group = event.target.closest("[data-box]");
    if (!arrow && !(group && ["Delete", "Backspace"].includes(event.key))) return;
    event.preventDefault();
    const [left, top, width] = this.view;
    if (!group) return this.look(left + arrow[0] * width * 0.1, top - arrow[1] * width * 0.1, width);
    const at = Number(group.dataset.box), { box } = this.fields.boxes().find((each) => each.at === at);
    if (!arrow) return this.fields.write(at, undefined), this.put(at), this.svg.focus();
    const [x, y] = arrow.map((each) => each * this.step * (event.altKey ? 10 : 1));
    const next = this.rounded(event.shiftKey ? [box[0], box[1], box[2] + x, box[3] + y] : this.shifted(box, x, y));
    if (next[0] < next[2] && next[1] < next[3]) this.fields.write(at, next);
    this.put(at, true);
  }

  draw() {
    const found = this.fields.boxes(), focused = document.activeElement?.closest?.("rp-boxes [data-box]")?.getAttribute("data-box");
    this.layer.replaceChildren();
    for (const each of found) this.box(each);
    if (focused) /** @type {SVGElement | null} */ (this.layer.querySelector(`[data-box="${focused}"]`))?.focus();
    this.querySelector("[role=status]").textContent = this.sentence(found);
  }

  box({ at, box: [w, s, e, n] }) {
    const label = `Box ${at + 1}: west ${w}, south ${s}, east ${e}, north ${n} degrees. Arrow keys move it, with Shift they change its size, Delete removes it.`;
    const group = make("g", { "data-box": at, tabindex: 0, role: "button", "aria-label": label }, this.layer);
    make("rect", { x: w, y: -n, width: e - w, height: n - s }, group);
    const lines = this.grid([w, s, e, n]);
    if (lines) make("path", { class: "lines", d: lines }, group);
    CORNERS.forEach(([x, y], corner) => make("circle", { class: "hit", cx: [w, s, e, n][x], cy: -[w, s, e, n][y], r: 14 * this.pixel, "data-corner": corner }, group));
    CORNERS.forEach(([x, y]) => make("circle", { class: "corner", cx: [w, s, e, n][x], cy: -[w, s, e, n][y], r: 4 * this.pixel }, group));
  }

  tiles([w, s, e, n]) {
    const size = this.fields.size();
    return size && [Math.ceil((e - w) / size[0] - 1e-9), Math.ceil((n - s) / size[1] - 1e-9), ...size];
  }

  /** The lines between the tiles, as the plan cuts them: from the north-west corner. */
  grid(box) {
    const [w, s, e, n] = box, [columns, rows, width, height] = this.tiles(box) ?? [];
    if (!columns || columns * rows > MOST) return "";
    const across = Array.from({ length: columns - 1 }, (_, at) => `M${w + (at + 1) * width} ${-n}V${-s}`);
    return across.concat(Array.from({ length: rows - 1 }, (_, at) => `M${w} ${-n + (at + 1) * height}H${e}`)).join("");
  }

  sentence(found) {
    if (!this.fields.drawable) return "A grid in another CRS than degrees is drawn once it is planned.";
    if (!found.length) return "No box yet. Drag on the map, press Add a box, or type its numbers.";
    const [columns, rows] = this.tiles(found[0].box) ?? [];
    if (columns) return `${columns.toLocaleString("en")} × ${rows.toLocaleString("en")} = ${(columns * rows).toLocaleString("en")} tiles.`;
    return this.fields.kind === "tiles" ? "Give the size of the tiles to see the grid." : found.length === 1 ? "1 box." : `${found.length} boxes.`;
  }
}

customElements.define("rp-boxes", Boxes);
