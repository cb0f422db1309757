// @ts-check
// <rp-log>: the log of a run as it grows. The server writes what there was; the stream brings the rest, from the
// line after the last one. It follows only while the reader is at the end, and never fights the scroll.

const LIMIT = 5000; // lines kept on the page; the whole log is one link away
const CALM = 1500; // milliseconds before the state and the steps are asked for again
const PARTS = [".headline", "[data-steps]"];

/** The page as the server writes it now; nothing where it does not answer. */
async function written() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => undefined);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined;
}

class Log extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    if (!this.list || !this.dataset.events || this.stream) return;
    const url = new URL(this.dataset.events, location.href);
    url.searchParams.set("after", String(this.list.lastElementChild?.id.slice(1) ?? 0));
    this.stream = new EventSource(url);
    this.stream.addEventListener("line", (event) => this.add(JSON.parse(event.data)));
    this.stream.addEventListener("progress", (event) => this.progress(JSON.parse(event.data)));
    this.stream.addEventListener("end", () => this.end());
    this.pill();
    this.list.scrollTop = this.list.scrollHeight;
  }

  disconnectedCallback() {
    this.stream?.close();
  }

  get atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 24;
  }

  pill() {
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "follow", textContent: "Follow ↓", hidden: true });
    this.button.onclick = () => (this.list.scrollTop = this.list.scrollHeight);
    this.list.addEventListener("scroll", () => (this.button.hidden = this.atEnd));
    this.append(this.button);
  }

  add({ number, time, kind, text }) {
    if (document.getElementById(`L${number}`)) return;
    const following = this.atEnd;
    const line = Object.assign(document.createElement("li"), { id: `L${number}`, className: `${kind}-line` });
    line.append(
      Object.assign(document.createElement("a"), { href: `#L${number}`, textContent: number }),
      Object.assign(document.createElement("time"), { textContent: time }),
      Object.assign(document.createElement("span"), { textContent: text }),
    );
    this.list.append(line);
    if (this.list.childElementCount > LIMIT) this.list.firstElementChild?.remove();
    if (following) this.list.scrollTop = this.list.scrollHeight;
    else this.button.hidden = false;
  }

  progress({ done, cells, sentence }) {
    const bar = /** @type {HTMLElement | null} */ (document.querySelector(".progress i"));
    if (bar) bar.style.width = `${(100 * done) / Math.max(1, cells)}%`;
    const words = document.querySelector("[data-progress]");
    if (words) words.textContent = sentence;
    this.timer ??= setTimeout(() => this.renew(), CALM);
  }

  /** State and steps as they stand now; what the reader has the focus in stays. */
  async renew() {
    this.timer = undefined;
    const page = await written();
    if (!page || !this.isConnected) return; // the run has ended meanwhile: the whole page is new
    for (const part of PARTS) {
      const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
      if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true));
    }
  }

  /** The run has ended: the server writes the rest of the page. */
  async end() {
    this.stream.close();
    const page = await written();
    if (!page) return;
    document.getElementById("main")?.replaceWith(page.getElementById("main") ?? "");
  }
}

customElements.define("rp-log", Log);
