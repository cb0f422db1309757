// @ts-check
// The times of the layer that is open: only those that exist can be chosen, by slider, by step, or by year, month, day.
const PLAY = 900; // milliseconds a frame stands
const make = (tag, set = {}) => Object.assign(document.createElement(tag), set);
const MONTHS = Array.from({ length: 12 }, (_, at) => new Date(Date.UTC(2000, at)).toLocaleDateString("en-GB", { month: "long", timeZone: "UTC" }));

/** A moment in words; parts that all times of the layer share at their beginning are left out. */
export function said(time, daily = true, hourly = false) {
  const [, year, month, day, hour] = /^(-?\d+)-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/.exec(time) ?? [];
  if (!year) return time;
  const date = daily ? `${+day} ${MONTHS[+month - 1]} ${year}` : `${MONTHS[+month - 1]} ${year}`;
  return hourly ? `${date}, ${hour} UTC` : date;
}

/** The place of the time that is called so, or else of the last that begins an interval in which it lies; -1 without. */
function covering(times, ends, time) {
  const cut = (each) => each?.slice(0, time.length) ?? "";
  const named = times.findLastIndex((each) => cut(each) === time);
  return named >= 0 ? named : times.findLastIndex((each) => cut(each) <= time && time <= cut(ends[each]));
}

/** What a time covers that begins an interval; nothing for a moment. */
function covered(end, time) {
  if (!end) return "";
  const short = end.slice(0, 10) === time.slice(0, 10);
  return ` covers ${said(time, true, short)} to ${said(end, true, short)}`;
}

export class TimeBar {
  constructor(browser) {
    this.browser = browser;
    this.box = browser.querySelector(".timebar");
    this.build();
  }

  build() {
    const button = (text, label, onclick) => {
      const made = make("button", { type: "button", textContent: text, onclick, title: label });
      made.setAttribute("aria-label", label);
      return made;
    };
    this.now = make("output", { className: "now" });
    this.back = button("‹", "Earlier", () => this.go(this.at() - 1));
    this.next = button("›", "Later", () => this.go(this.at() + 1));
    this.end = button("Latest", "Latest", () => this.go(Infinity));
    this.all = button("All", "All dates", () => this.browser.set({ time: "" }));
    this.player = button("Play", "Play", () => this.play());
    this.range = make("input", { type: "range", min: 0, step: 1, oninput: () => this.go(+this.range.value) });
    this.range.setAttribute("aria-label", "Time");
    this.parts = ["Year", "Month", "Day", "Time of day"].map((label) => {
      const select = make("select", { onchange: () => this.pick() });
      select.setAttribute("aria-label", label);
      return select;
    });
    this.ticks = make("div", { className: "ticks" });
    const track = make("div", { className: "track" });
    track.append(this.range, this.ticks);
    const pick = make("div", { className: "pick" });
    pick.append(...this.parts);
    this.box.replaceChildren(this.now, this.player, this.back, track, this.next, this.end, this.all, pick);
  }

  get times() {
    return this.browser.about?.times ?? [];
  }

  /** The place of a layer's time: the newest that is not after what was asked. Features without a time stand behind all. */
  at(shown = this.browser.active) {
    const about = shown && this.browser.data.layers[shown.layer], times = about?.times ?? [];
    if (!shown?.time) return times.length - (about?.kind === "features" ? 0 : 1);
    const place = covering(times, about?.ends ?? {}, shown.time);
    return place >= 0 ? place : Math.max(0, times.findLastIndex((each) => each.slice(0, shown.time.length) <= shown.time));
  }

  words(shown) {
    const times = this.browser.data.layers[shown.layer]?.times ?? [];
    return times.length ? this.told(times, this.at(shown)) : "";
  }

  told(times, at) {
    if (at < times.length) return said(times[at], daily(times), hourly(times));
    return "all dates";
  }

  follow() {
    const times = this.times;
    this.box.hidden = !times.length;
    if (!times.length) return;
    const at = this.at();
    if (this.known !== times) this.learn(times);
    this.range.max = String(times.length - 1);
    this.range.value = String(at);
    const features = this.browser.about.kind === "features", text = this.told(times, at);
    this.now.value = text[0].toUpperCase() + text.slice(1);
    const until = covered(this.browser.about.ends?.[times[at]], times[at]);
    if (until) this.now.append(make("small", { textContent: until }));
    this.all.hidden = !features;
    this.all.disabled = at === times.length;
    this.range.setAttribute("aria-valuetext", this.now.value);
    this.back.disabled = at === 0;
    this.next.disabled = this.end.disabled = at === times.length - 1;
    this.box.classList.toggle("single", times.length === 1 && !features);
    this.offer(times[Math.min(at, times.length - 1)]);
    if (at === times.length) for (const select of this.parts) select.selectedIndex = select.disabled ? 0 : -1; // none is chosen
  }

  /** Years under the slider, where they begin. */
  learn(times) {
    this.known = times;
    this.ticks.replaceChildren();
    const years = times.map((each) => each.slice(0, 4)), last = times.length - 1;
    const starts = [...new Set(years)].map((year) => [year, years.indexOf(year)]);
    let place = -1;
    starts.forEach(([year, at]) => {
      if (!last || (place >= 0 && Number(at) / last - place < 52 / (this.ticks.clientWidth || 300))) return;
      place = Number(at) / last;
      const tick = make("span", { textContent: year });
      tick.style.left = `${(Number(at) / last) * 100}%`;
      this.ticks.append(tick);
    });
  }

  /** The selects hold only what exists: months of this year, days of this month, hours of this day. */
  offer(time) {
    const cuts = [4, 7, 10, 16], times = this.times;
    this.parts.forEach((select, level) => {
      const from = level ? cuts[level - 1] : 0;
      const found = [...new Set(times.filter((each) => each.slice(0, from) === time.slice(0, from)).map((each) => each.slice(0, cuts[level])))];
      const needed = level < 2 || (level === 2 ? daily(times) : hourly(times));
      select.hidden = !needed;
      select.disabled = found.length === 1;
      const text = (value) => (level === 1 ? MONTHS[+value.slice(5, 7) - 1] : level === 3 ? `${value.slice(11, 16)} UTC` : String(+value.slice(from ? from + 1 : 0)));
      select.replaceChildren(...found.map((value) => new Option(text(value), value, false, time.startsWith(value))));
    });
  }

  /** The nearest time that begins with what was chosen last. */
  pick() {
    const level = this.parts.indexOf(/** @type {any} */ (document.activeElement));
    const wanted = this.parts[Math.max(0, level)].value, old = this.times[Math.min(this.at(), this.times.length - 1)];
    const found = this.times.filter((each) => each.startsWith(wanted));
    const like = found.find((each) => each.slice(wanted.length) >= old.slice(wanted.length)) ?? found[found.length - 1];
    if (like) this.browser.set({ time: short(like, this.times) });
  }

  go(at) {
    const times = this.times, time = times[Math.max(0, Math.min(at, times.length - 1))];
    if (time) this.browser.set({ time: short(time, times) });
  }

  play() {
    if (this.playing) this.playing = clearInterval(this.playing) ?? 0;
    else {
      if (this.at() >= this.times.length - 1) this.go(0);
      this.playing = setInterval(() => (this.at() < this.times.length - 1 ? this.go(this.at() + 1) : this.play()), PLAY);
    }
    this.player.textContent = this.playing ? "Pause" : "Play";
  }
}

const cache = new WeakMap();
function facts(times) {
  if (!cache.has(times)) {
    const days = new Set(times.map((each) => each.slice(8, 10))), months = new Set(times.map((each) => each.slice(0, 7)));
    const perDay = new Set(times.map((each) => each.slice(0, 10)));
    cache.set(times, { daily: days.size > 1 || months.size < perDay.size || times.length < 3, hourly: perDay.size < times.length });
  }
  return cache.get(times);
}
export const daily = (times) => facts(times).daily;
export const hourly = (times) => facts(times).hourly;

/** A time as short as it can be written. */
export const short = (time, times) => (hourly(times) ? time : time.slice(0, 10));
