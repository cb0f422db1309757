// @ts-check
// The buttons of the map, and the word about the wheel.

export function buttons(map) {
  const group = Object.assign(document.createElement("div"), { className: "map-buttons", role: "group", ariaLabel: "Map" });
  const add = (text, label, onclick) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, ariaLabel: label, onclick });
    button.title = label;
    group.append(button);
  };
  add("+", "Zoom in", () => map.zoom(1));
  add("−", "Zoom out", () => map.zoom(-1));
  add("⟲", "Reset the view", () => map.home());
  return group;
}

let gone = 0;
/** Say once how the wheel zooms; go away by itself. */
export function hint(box) {
  let line = box.querySelector(".map-hint");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "map-hint", textContent: "Hold Ctrl or ⌘ to zoom with the wheel" });
    box.append(line);
  }
  clearTimeout(gone);
  gone = setTimeout(() => line.remove(), 1400);
}
