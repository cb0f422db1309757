// @ts-check
// <rp-time>: one time for chart and map. A native range over the times that exist; the state is ?t= in the address.
import { sorting } from "./sort.js";

const PLAY = 900; // milliseconds a frame stands

/** Tell everybody the time; the address keeps it. @param {string} time @param {string} label */
export function choose(time, label = "") {
  const url = new URL(location.href);
  if (url.searchParams.get("t") === time) return;
  url.searchParams.set("t", time);
  history.replaceState(history.state, "", url);
  dispatchEvent(new CustomEvent("rp:time", { detail: { time, label } }));
}

let asked = 0;
/** Parts of the page that the server writes for a time are fetched again, once the hand rests. */
function follow() {
  clearTimeout(asked);
  asked = setTimeout(async () => {
    const parts = document.querySelectorAll("[data-follows]");
    if (!parts.length) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) part.replaceWith(page.getElementById(part.id) ?? part);
    for (const link of document.querySelectorAll("[data-permalink]")) {
      const fresh = page.querySelector("[data-permalink]");
      if (fresh) link.parentElement?.replaceWith(fresh.parentElement ?? link);
    }
    sorting();
  }, 220);
}
addEventListener("rp:time", follow);

const make = (tag, set) => Object.assign(document.createElement(tag), set);

class Time extends HTMLElement {
  connectedCallback() {
    this.times = [...this.querySelectorAll("option")].map((o) => ({ time: o.value, label: o.text }));
    if (this.times.length < 2 || this.range) return;
    this.build();
    this.onTime = (event) => this.show(this.nearest(event.detail.time));
    addEventListener("rp:time", this.onTime);
    this.show(Number(this.dataset.current));
  }

  disconnectedCallback() {
    removeEventListener("rp:time", this.onTime);
    clearInterval(this.playing);
  }

  build() {
    const last = this.times.length - 1;
    this.now = this.querySelector("output");
    this.range = make("input", { type: "range", min: 0, max: last, step: 1, oninput: () => this.go(+this.range.value) });
    this.range.setAttribute("aria-label", "Time");
    const button = (text, onclick) => make("button", { type: "button", textContent: text, onclick });
    this.back = button("Earlier", () => this.go(this.at - 1));
    this.next = button("Later", () => this.go(this.at + 1));
    this.end = button("Latest", () => this.go(last));
    this.player = button("Play", () => this.play());
    const ends = make("p", { className: "ends" });
    ends.append(make("span", { textContent: this.times[0].label }), make("span", { textContent: this.times[last].label }));
    this.querySelector("form").append(this.player, this.back, this.range, this.next, this.end, ends);
  }

  /** The newest time that is not after *time*. */
  nearest(time) {
    const at = this.times.findLastIndex((each) => each.time <= time);
    return at < 0 ? 0 : at;
  }

  go(at) {
    const { time, label } = this.times[Math.max(0, Math.min(at, this.times.length - 1))];
    choose(time, label);
  }

  show(at) {
    this.at = at;
    const { label } = this.times[at];
    this.range.value = String(at);
    this.range.setAttribute("aria-valuetext", label);
    this.now.value = label;
    this.back.disabled = at === 0;
    this.next.disabled = this.end.disabled = at === this.times.length - 1;
  }

  play() {
    if (this.playing) {
      this.playing = clearInterval(this.playing) ?? 0;
    } else {
      if (this.at === this.times.length - 1) this.go(0);
      this.playing = setInterval(() => (this.at < this.times.length - 1 ? this.go(this.at + 1) : this.play()), PLAY);
    }
    this.player.textContent = this.playing ? "Pause" : "Play";
  }
}

/** <rp-place>: choosing a place is enough, no second press. */
class PlacePicker extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    this.addEventListener("change", () => {
      const t = form?.elements.namedItem("t");
      const now = new URL(location.href).searchParams.get("t");
      if (t && now) t.value = now;
      form?.requestSubmit();
    });
  }
}

customElements.define("rp-time", Time);
customElements.define("rp-place", PlacePicker);
