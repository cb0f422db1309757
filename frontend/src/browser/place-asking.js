// @ts-check
// What features are asked for: the parameters of their addresses (OGC API – Features), for a filter, a time, an area.
const ENDS = { month: 1, year: 12 };

/** The time as the parameter `datetime` has it: a moment, a day, or the first and the last day of a month or a year. */
function moment(time, step) {
  if (step === "moment") return time;
  const day = time.slice(0, 10);
  if (!ENDS[step]) return day;
  const last = new Date(Date.UTC(+day.slice(0, 4), +day.slice(5, 7) - 1 + ENDS[step], 0));
  return `${day}/${last.toISOString().slice(0, 10)}`;
}

/** The query that narrows the features of a layer to those of a view. @returns {string} with its question mark, or empty */
export function narrowed(about, shown, area = "", more = {}) {
  const query = new URLSearchParams(), times = about.times ?? [];
  const time = shown.time && times.length ? (times.findLast((each) => each.slice(0, shown.time.length) <= shown.time) ?? times[0]) : "";
  if (time) query.set("datetime", moment(time, about.step));
  const polygon = /^[A-Za-z]/.test(area) ? `S_INTERSECTS(geometry, ${area})` : "";
  if (area && !polygon) query.set("bbox", area);
  const parts = [shown.filter, polygon].filter(Boolean);
  if (parts.length) query.set("filter", parts.length > 1 ? parts.map((each) => `(${each})`).join(" AND ") : parts[0]);
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  const text = query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/").replace(/\+/g, "%20");
  return text ? `?${text}` : "";
}

/** A small box around a place of the map, west,south,east,north: as wide as a fingertip for points and lines. */
export function around(browser, lon, lat, geometry) {
  const pixels = geometry === "Polygon" ? 0.5 : 9;
  const metres = browser.view.getResolution() * (browser.known.metres ?? 1) * pixels, high = Math.min(metres / 111_320, 5);
  const scale = browser.known.crs === "EPSG:3857" ? Math.cos((lat * Math.PI) / 180) : 1;
  const tall = high * scale, wide = Math.min(tall / Math.max(0.02, Math.cos((lat * Math.PI) / 180)), 90);
  const turned = (value) => ((((value + 180) % 360) + 360) % 360) - 180;
  return [turned(lon - wide), Math.max(lat - tall, -90), turned(lon + wide), Math.min(lat + tall, 90)].map((each) => +each.toFixed(6)).join();
}
