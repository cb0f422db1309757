// @ts-check
// The number fields of the form for a new batch, as boxes [west, south, east, north] in degrees. They are the truth.

const SIDES = ["west", "south", "east", "north"];
const numbers = (text) => text.split(/[\s,]+/).filter(Boolean).map(Number);
const whole = ([w, s, e, n]) => [w, s, e, n].every(Number.isFinite) && w >= -180 && e <= 180 && s >= -90 && n <= 90 && w < e && s < n;

export class Fields {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
  }

  field(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  get kind() {
    return this.field("where").value;
  }

  set kind(value) {
    this.field("where").value = value;
  }

  /** Whether boxes of this kind can be shown: those of a projected grid are not in degrees. */
  get drawable() {
    return this.kind !== "tiles" || ["", "epsg:4326", "ogc:crs84"].includes(this.field("crs").value.trim().toLowerCase());
  }

  get rows() {
    return [...this.form.querySelectorAll(".boxrow")].map((row) => SIDES.map((side) => row.querySelector(`[name$=".${side}"]`)));
  }

  /** Every box that can be drawn, with where it stands. */
  boxes() {
    if (!this.drawable) return [];
    const found = this.kind === "tiles" ? [numbers(this.field("bbox").value)] : this.rows.map((row) => row.map((each) => (each.value.trim() ? Number(each.value) : NaN)));
    return found.map((box, at) => ({ at, box })).filter(({ box }) => box.length === 4 && whole(box));
  }

  write(at, box) {
    if (this.kind === "tiles") this.field("bbox").value = box ? box.join(", ") : "";
    else this.rows[at].forEach((each, side) => (each.value = box ? String(box[side]) : ""));
  }

  /** Write a new box into the first empty row, or into one more; return where it stands. */
  add(box) {
    if (!["tiles", "boxes"].includes(this.kind)) this.kind = "boxes";
    if (this.kind === "tiles") return this.write(0, box), 0;
    let at = this.rows.findIndex((row) => row.every((each) => !each.value.trim()));
    if (at < 0) at = this.more();
    this.write(at, box);
    return at;
  }

  more() {
    const rows = this.form.querySelectorAll(".boxrow"), last = rows[rows.length - 1], number = rows.length + 1;
    const made = /** @type {HTMLElement} */ (last.cloneNode(true));
    made.querySelector("legend").textContent = `Box ${number}`;
    made.querySelectorAll("label").forEach((each, side) => (each.htmlFor = `box${number}.${SIDES[side]}`));
    made.querySelectorAll("input").forEach((each, side) => Object.assign(each, { id: `box${number}.${SIDES[side]}`, name: `box${number}.${SIDES[side]}`, value: "" }));
    last.after(made);
    return rows.length;
  }

  /** Width and height of the tiles, or nothing. */
  size() {
    const [width, height = width] = numbers(this.field("size").value);
    return this.kind === "tiles" && width > 0 && height > 0 ? [width, height] : undefined;
  }
}
