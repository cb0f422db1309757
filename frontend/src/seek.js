// @ts-check
// A list that follows what is typed: the same address as without scripts is asked for, and its parts are put in place.

const WAIT = 180; // milliseconds of silence before asking
const PARTS = ["facets", "results"];

/** @param {HTMLFormElement} form */
function address(form) {
  const pairs = [...new FormData(form)].filter(([, value]) => String(value).trim());
  const query = new URLSearchParams(/** @type {[string, string][]} */ (pairs)).toString();
  return form.action.split("?")[0] + (query ? `?${query}` : "");
}

/** Put the parts of the answer in the place of the present ones; a refusal is told below the form. */
function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const refused = document.querySelector("[data-refused]");
  if (!page.getElementById("results")) {
    refused.textContent = page.querySelector("main .lede, main h1")?.textContent ?? "";
    refused.hidden = false;
    return;
  }
  refused.hidden = true;
  for (const id of PARTS) document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
}

/** @param {HTMLFormElement} form */
function follow(form) {
  let timer = 0;
  let asking = new AbortController();
  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const target = address(form);
    const results = document.getElementById("results");
    results.ariaBusy = "true";
    try {
      const answer = await fetch(target, { headers: { accept: "text/html" }, signal: asking.signal });
      show(await answer.text());
      history.replaceState(null, "", target);
    } catch (error) {
      if (error.name === "AbortError") return;
      form.submit();
    }
    results.ariaBusy = "false";
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    ask();
  });
}

export function seeking() {
  document.querySelectorAll("form[data-live]").forEach(follow);
}
