import { createEodash } from "@eodash/eodash";

const panel = (id, title, name, layout, properties = {}) => ({
  id, title, layout, type: "internal", widget: { name, properties },
});

export default createEodash({
  id: "repeatpass",
  stacEndpoint: { endpoint: `${location.origin}/eodash/catalog.json`, api: false },
  brand: {
    noLayout: true,
    name: "Repeatpass",
    font: { headers: { family: "sans-serif" }, body: { family: "sans-serif" } },
    theme: { colors: { primary: "#123c4a", secondary: "#2b7a8b", surface: "#ffffff" } },
    footerText: "",
  },
  templates: {
    client: {
      gap: 16,
      background: {
        id: "background-map",
        type: "internal",
        widget: { name: "EodashMap", properties: { enableCompare: true } },
      },
      widgets: [
        panel("items", "Indicators", "EodashItemFilter", { x: 0, y: 0, w: 3, h: 12 }),
        panel("time", "Time", "EodashTimeSlider", { x: 3, y: 11, w: 6, h: 1 }),
        panel("datepicker", "Date", "EodashDatePicker", { x: 5, y: 10, w: 2, h: 1 }),
        panel("chart", "Chart", "EodashChart", { x: 3, y: 6, w: 6, h: 4 }),
        panel("layers", "Layers", "EodashLayerControl", { x: 9, y: 0, w: 3, h: 5 }),
        panel("process", "Process", "EodashProcess", { x: 9, y: 5, w: 3, h: 7 }),
      ],
    },
  },
});
