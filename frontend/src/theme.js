// @ts-check
// The theme: what the system prefers until a person chooses; the choice is a cookie, so that the server writes it.

const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;
const current = () => root.dataset.theme || (dark.matches ? "dark" : "light");

export function theme() {
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-theme-toggle]"));
  if (!button) return;
  const say = () => (button.textContent = current() === "dark" ? "Light" : "Dark");
  button.setAttribute("aria-description", "Colours of the page");
  button.onclick = () => {
    root.dataset.theme = current() === "dark" ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
    dispatchEvent(new Event("rp:theme"));
    say();
  };
  dark.addEventListener("change", say);
  say();
}
