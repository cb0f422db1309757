// @ts-check
// The panel: the layers shown, the settings of the open one, the list. The server writes it; here its links and fields
// act at once, and what was searched is listed while one types.
import { Settings } from "./settings.js";

const PARTS = ["#shown", "#found", "#takehome", "#browser-data"];

/** What somebody is typing into a field just now; nothing where it stands as the server wrote it. */
const unsent = (field) => (field instanceof HTMLInputElement && field.value !== field.defaultValue ? field.value : undefined);

/** Let the field that was written anew be typed in as the one before it was; what was typed is sent when it is left. */
const resume = (field, typing) => {
  field?.focus();
  if (typing === undefined || !(field instanceof HTMLInputElement)) return;
  field.value = typing;
  field.addEventListener("blur", () => field.dispatchEvent(new Event("change", { bubbles: true })), { once: true });
};

export class Panel {
  constructor(browser) {
    this.browser = browser;
    this.box = browser.querySelector(".panel");
    this.settings = new Settings(browser);
    this.box.addEventListener("click", (event) => this.clicked(event));
    this.box.addEventListener("submit", (event) => this.submitted(event));
    this.box.addEventListener("input", (event) => this.typed(event));
    this.box.addEventListener("change", (event) => this.changed(event));
  }

  /** Ask the server for this view and put its parts in; returns the page, or nothing if it could not be had. */
  async fetch(parts = PARTS) {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => undefined);
    const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== this.turn) return undefined;
    if (!page || !answer.ok) {
      this.browser.say(page?.querySelector("main p")?.textContent ?? "The server does not answer; the view stays as it was.");
      return undefined;
    }
    const focus = document.activeElement?.id, typing = unsent(document.activeElement);
    for (const part of parts) {
      const [old, fresh] = [this.browser.querySelector(part), page.querySelector(part)];
      if (old && fresh) old.replaceWith(document.importNode(fresh, true));
    }
    document.title = page.title;
    if (focus && document.activeElement?.id !== focus) resume(document.getElementById(focus), typing);
    return page;
  }

  /** The links of the panel lead to other views: they are taken without leaving the page. */
  clicked(event) {
    const link = event.target.closest("a[data-view]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      return link.dataset.act ? this.act(link.dataset.act, Number(link.dataset.at)) : this.follow(link);
    }
    const act = event.target.closest("[data-act]");
    if (act) this.act(act.dataset.act, Number(act.dataset.at ?? this.browser.state.on));
  }

  follow(link) {
    const { state } = this.browser, add = link.dataset.add;
    if (link.dataset.view === "list") return this.list({ group: link.dataset.group ?? "" });
    if (add) {
      const layers = [...state.layers, blank(add, state)].slice(-8);
      return this.browser.go({ layers, on: layers.length - 1 }).then(() => this.browser.framing.reveal());
    }
    return this.browser.go({ on: Number(link.dataset.at) });
  }

  act(name, at) {
    const { state } = this.browser, layers = [...state.layers];
    if (name === "remove") layers.splice(at, 1);
    if (name === "up" && at < layers.length - 1) layers.splice(at, 2, layers[at + 1], layers[at]);
    if (name === "down" && at > 0) layers.splice(at - 1, 2, layers[at], layers[at - 1]);
    if (name === "hide") layers[at] = { ...layers[at], hidden: layers[at].hidden === "1" ? "" : "1" };
    const on = name === "up" ? Math.min(at + 1, layers.length - 1) : name === "down" ? Math.max(at - 1, 0) : Math.min(state.on, Math.max(0, layers.length - 1));
    this.browser.go({ layers, on });
  }

  submitted(event) {
    if (event.target.matches("#search")) {
      event.preventDefault();
      this.list({ q: new FormData(event.target).get("q") });
    } else if (event.target.matches("#settings")) event.preventDefault();
  }

  typed(event) {
    if (event.target.matches("#search input")) {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.list({ q: event.target.value }), 160);
    } else if (event.target.closest("#settings")) this.settings.typed(event.target);
  }

  changed(event) {
    const side = event.target.closest("[data-side]");
    if (side) this.browser.set({ side: side.value }, Number(side.dataset.side));
    else if (event.target.closest("#settings")) this.settings.changed(event.target);
  }

  async list(changes) {
    Object.assign(this.browser.state, changes);
    this.browser.write();
    await this.fetch(["#found"]);
  }
}

const blank = (layer, state) => ({ layer, opacity: "100", side: state.compare ? "right" : "" });
