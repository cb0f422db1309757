// @ts-check
// What every page loads: theme, copying, sorting, time; charts, maps and logs come when they are near the screen.
import "./time.js";
import { copying } from "./copy.js";
import { seeking } from "./seek.js";
import { sorting } from "./sort.js";
import { theme } from "./theme.js";

const LAZY = {
  "rp-chart": () => import("./chart.js"),
  "rp-map": () => import("./map.js"),
  "rp-log": () => import("./log.js"),
  "rp-live": () => import("./live.js"),
  "rp-boxes": () => import("./boxes.js"),
  "rp-bring": () => import("./bring.js"),
  "rp-again": () => import("./bring.js"),
  "rp-browser": () => import("./browser/browser.js"),
};

/** Load the script of an element when the element comes near the screen. */
function lazily() {
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        watcher.unobserve(target);
        LAZY[target.localName]();
      }
    },
    { rootMargin: "240px" },
  );
  document.querySelectorAll(Object.keys(LAZY).join()).forEach((each) => watcher.observe(each));
}

document.documentElement.classList.add("scripted");
theme();
copying();
sorting();
seeking();
lazily();
