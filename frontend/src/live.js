// @ts-check
// <rp-live>: a part of a page that changes while work goes on. The server says when; the page is asked for again and
// this part of it replaced, so that what is seen is always what the server writes, and nothing is drawn twice.

const CALM = 1500; // milliseconds between two askings

class Live extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.events || this.stream) return;
    this.last = performance.now();
    this.stream = new EventSource(this.dataset.events);
    this.stream.addEventListener("progress", () => this.soon());
    this.stream.addEventListener("end", () => {
      this.stream.close();
      this.ended = true;
      this.soon();
    });
  }

  disconnectedCallback() {
    this.stream?.close();
  }

  soon() {
    this.timer ??= setTimeout(() => this.renew(), Math.max(50, CALM - (performance.now() - this.last)));
  }

  async renew() {
    this.timer = undefined;
    this.last = performance.now();
    if (this.matches(":has(details[open], .table:focus-within)") && !this.ended) return; // somebody reads: do not move it
    const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => undefined);
    if (!answer?.ok) return; // the server is away: what was seen stays
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("rp-live");
    if (fresh) this.replaceChildren(...fresh.childNodes);
  }
}

customElements.define("rp-live", Live);
