// @ts-check
// Tables sort by their headings; the order of the page is the first order.

const key = (row, at) => row.cells[at].dataset.key ?? row.cells[at].textContent.trim();

/** @param {string} a @param {string} b */
function compare(a, b) {
  const [x, y] = [Number(a.replace("−", "-")), Number(b.replace("−", "-"))];
  return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, "en", { numeric: true }) : x - y;
}

function sort(table, at) {
  const head = table.tHead.rows[0].cells;
  const down = head[at].ariaSort === "ascending";
  for (const cell of head) cell.ariaSort = null;
  head[at].ariaSort = down ? "descending" : "ascending";
  const rows = [...table.tBodies[0].rows].sort((a, b) => compare(key(a, at), key(b, at)) * (down ? -1 : 1));
  table.tBodies[0].append(...rows);
}

export function sorting(within = document) {
  for (const table of within.querySelectorAll("table[data-sort]"))
    [...table.tHead.rows[0].cells].forEach((cell, at) => {
      if (cell.firstElementChild?.localName === "button") return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...cell.childNodes);
      button.onclick = () => sort(table, at);
      cell.append(button);
    });
}
