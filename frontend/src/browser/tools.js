// @ts-check
// The tools over the map: zoom, drawing, upload, comparison, base, projection; and the keys.
import { draw, upload } from "./area.js";

const $ = (selector, within) => /** @type {any} */ (within.querySelector(selector));

export class Tools {
  constructor(browser) {
    this.browser = browser;
    this.box = browser.querySelector(".map-tools");
    this.box.addEventListener("click", (event) => {
      const name = event.target.closest("[data-tool]")?.dataset.tool;
      if (name) this.use(name);
    });
    this.box.addEventListener("change", (event) => this.changed(event.target));
    const more = $("details", this.box);
    document.addEventListener("click", (event) => !more.contains(event.target) && (more.open = false));
    more.addEventListener("keydown", (event) => event.key === "Escape" && ((more.open = false), more.firstElementChild.focus()));
    browser.addEventListener("dragover", (event) => event.preventDefault());
    browser.addEventListener("drop", (event) => this.dropped(event));
  }

  use(name) {
    const { browser } = this;
    if (name === "in") browser.framing.zoom(1);
    if (name === "out") browser.framing.zoom(-1);
    if (name === "home") browser.framing.home();
    if (name === "box" || name === "polygon") this.draw(name);
    if (name === "clear") browser.look({ area: "", point: "" });
  }

  changed(field) {
    const { browser } = this;
    if (field.dataset.look === "compare") browser.compare.begin(field.value);
    else if (field.dataset.look === "view") browser.look({ view: field.value, at: "" });
    else if (field.dataset.look) browser.look({ [field.dataset.look]: field.value });
    else if (field.type === "file" && field.files[0]) this.read(field.files[0], field);
    else if (field.dataset.side) this.typed();
  }

  draw(kind) {
    const { browser } = this;
    this.stop?.();
    this.drawing = true;
    browser.stage.classList.add("drawing");
    browser.say(kind === "box" ? "Press where the box begins and again where it ends. Escape gives up." : "Press at each corner; press the first one again to end. Escape gives up.");
    const stops = browser.compare.panes.map((pane) =>
      draw(pane.map, kind, (text) => {
        if (!this.drawing) return;
        this.drawing = false;
        browser.stage.classList.remove("drawing");
        browser.say("");
        this.stop?.();
        if (text) setTimeout(() => browser.look({ area: text }));
      }));
    this.stop = () => {
      this.stop = undefined;
      stops.forEach((each) => each());
    };
  }

  async read(file, field) {
    try {
      const { area, said } = await upload(file);
      this.browser.look({ area });
      this.browser.say(`${file.name}: ${said}`);
      this.browser.framing.frame();
    } catch (error) {
      this.browser.say(error.message);
    }
    if (field) field.value = "";
  }

  dropped(event) {
    if (!event.dataTransfer?.files?.length) return;
    event.preventDefault();
    this.read(event.dataTransfer.files[0]);
  }

  /** The four numbers of the area, for those who type. */
  typed() {
    const sides = ["west", "south", "east", "north"].map((each) => $(`[data-side=${each}]`, this.box).value.trim());
    if (sides.some((each) => each === "" || !Number.isFinite(Number(each)))) return;
    if (Number(sides[1]) >= Number(sides[3])) return this.browser.say("South must be below north.");
    this.browser.look({ area: sides.join() });
  }

  follow() {
    const { state } = this.browser;
    for (const select of this.box.querySelectorAll("[data-look]")) {
      const name = select.dataset.look, wanted = name === "view" ? this.browser.known.crs : state[name];
      if (name === "view") this.offer(select);
      select.value = wanted;
    }
    $("[data-tool=clear]", this.box).disabled = !state.area && !state.point;
    const box = /^[-\d]/.test(state.area) ? state.area.split(",") : ["", "", "", ""];
    ["west", "south", "east", "north"].forEach((side, at) => ($(`[data-side=${side}]`, this.box).value = box[at]));
  }

  offer(select) {
    const known = this.browser.data.projections;
    if (select.options.length === known.length && [...select.options].every((each, at) => each.value === known[at].crs)) return;
    select.replaceChildren(...known.map((each) => new Option(each.title, each.crs)));
  }
}
