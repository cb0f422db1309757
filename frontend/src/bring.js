// @ts-check
// <rp-bring>: the form with which data are brought. Without scripts the browser sends the files with the form; with
// them each file is uploaded by tus, goes on where it broke off (also after the page was left), and shows how far it is.
import { Upload } from "tus-js-client";
import { sendFolder, sorted } from "./folders.js";

const PIECE = 8 * 1024 * 1024; // bytes of one request: what is lost at most
const WAITS = [0, 1000, 3000, 8000, 20000]; // milliseconds before another try

class Bring extends HTMLElement {
  connectedCallback() {
    this.form = /** @type {HTMLFormElement} */ (this.querySelector("form"));
    this.files = /** @type {HTMLInputElement} */ (this.querySelector("#files"));
    this.folder = /** @type {HTMLInputElement} */ (this.querySelector("#folder"));
    this.folder.closest("[hidden]")?.removeAttribute("hidden"); // a form alone cannot send a folder of thousands of files
    this.status = /** @type {HTMLElement} */ (this.querySelector(".sending"));
    this.form?.addEventListener("submit", (event) => this.send(event));
    const drop = this.querySelector(".drop");
    for (const name of ["dragover", "dragleave", "drop"]) drop?.addEventListener(name, (event) => this.dropped(event));
  }

  /** Take files that are dropped onto the field. */
  dropped(event) {
    event.preventDefault();
    event.currentTarget.classList.toggle("over", event.type === "dragover");
    if (event.type !== "drop" || !event.dataTransfer?.files.length) return;
    const folder = [...event.dataTransfer.items].some((each) => each.webkitGetAsEntry?.()?.isDirectory);
    this.status.hidden = !folder;
    if (folder) this.say("That is a folder: choose it with the field below.");
    else this.files.files = event.dataTransfer.files;
  }

  async send(event) {
    const { stores, plain } = sorted(this.folder.files ?? []);
    const files = [...(this.files.files ?? []), ...plain];
    if (!files.length && !stores.length) return; // an address, or what the server says of nothing at all
    event.preventDefault();
    const button = /** @type {HTMLButtonElement} */ (this.form.querySelector("button.primary"));
    button.disabled = true;
    this.status.hidden = false;
    try {
      const ids = [];
      for (const [at, file] of files.entries()) ids.push(await this.upload(file, at + 1, files.length));
      const folders = [];
      for (const store of stores)
        folders.push(await sendFolder(store, (sent, all) => this.say(`Sending ${store.name}`, (100 * sent) / Math.max(1, all))));
      this.say("Sent; the check begins", 100);
      await this.finish([...ids, ...folders.map(({ id }) => id)]);
      for (const { forget } of folders) forget();
      location.assign(`/data/${this.made}`);
    } catch (error) {
      this.say(reason(error));
      button.disabled = false;
    }
  }

  /** Upload one file; answer with its id. What an earlier visit has sent of it is not sent again. */
  upload(file, number, of) {
    return new Promise((resolve, reject) => {
      const upload = new Upload(file, {
        endpoint: "/data/uploads",
        chunkSize: PIECE,
        retryDelays: WAITS,
        metadata: { filename: file.name },
        removeFingerprintOnSuccess: true,
        onProgress: (sent, all) => this.say(`Sending ${file.name}${of > 1 ? ` (${number} of ${of})` : ""}`, (100 * sent) / all),
        onError: reject,
        onSuccess: () => resolve(upload.url.split("/").at(-1)),
      });
      upload.findPreviousUploads().then((known) => {
        if (known.length) upload.resumeFromPreviousUpload(known[0]);
        upload.start();
      }, reject);
    });
  }

  /** Send the words, with the ids of the uploads in place of the files. */
  async finish(uploads) {
    const fields = [...new FormData(this.form)].filter(([name, value]) => name !== "files" && name !== "token" && value !== "");
    const answer = await fetch("/data", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ ...Object.fromEntries(fields), uploads }),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.detail ?? `The server answered ${answer.status}; nothing was changed.`);
    this.made = said.id;
  }

  say(text, percent) {
    this.status.querySelector("p").textContent = text;
    const bar = /** @type {HTMLProgressElement} */ (this.status.querySelector("progress"));
    bar.hidden = percent === undefined;
    bar.value = percent ?? 0;
    this.status.classList.toggle("late", percent === undefined);
  }
}

/** What the server says of a refusal; else that the way to it is broken. An answer that is no JSON is not for people. */
function reason(error) {
  const answer = error?.originalResponse;
  try {
    return JSON.parse(answer.getBody()).detail;
  } catch {
    if (!error?.originalRequest && !(error instanceof TypeError)) return error.message; // what the server said of the words
    const said = answer ? `the server answered ${answer.getStatus()}` : "the server does not answer";
    return `It could not be sent: ${said}. What has arrived is kept: press the button again to go on.`;
  }
}

/** <rp-again>: asks for the page again while something is being done. */
class Again extends HTMLElement {
  connectedCallback() {
    this.timer = setTimeout(() => this.renew(), 1500);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  async renew() {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [fresh, main] = [page.querySelector("rp-again"), page.querySelector("#main")];
    if (fresh) this.replaceWith(fresh);
    else if (main) document.querySelector("#main")?.replaceWith(main);
  }
}

customElements.define("rp-bring", Bring);
customElements.define("rp-again", Again);
