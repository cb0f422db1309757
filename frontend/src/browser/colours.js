// @ts-check
// Colours between colours.

/** *count* colours along some that are given as #rrggbb. @param {string[]} ramp @returns {string[]} */
export function steps(ramp, count) {
  const numbers = ramp.map((each) => [1, 3, 5].map((at) => parseInt(each.slice(at, at + 2), 16)));
  return Array.from({ length: count }, (_, step) => {
    const place = (step / (count - 1)) * (numbers.length - 1), at = Math.min(Math.floor(place), numbers.length - 2);
    const mixed = numbers[at].map((low, band) => Math.round(low + (numbers[at + 1][band] - low) * (place - at)));
    return `#${mixed.map((each) => each.toString(16).padStart(2, "0")).join("")}`;
  });
}
