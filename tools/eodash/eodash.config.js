// What the client would fetch from other hosts is taken out of it: it runs where there is no internet.
const offline = {
  name: "offline",
  enforce: "pre",
  transform(code, id) {
    if (/\.(css|scss|vue|js|ts)(\?|$)/.test(id) && /@import\s+(url\()?["']https?:/.test(code)) {
      return { code: code.replace(/@import\s+(url\()?["']https?:[^;]*;/g, ""), map: null };
    }
  },
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "asset" && file.fileName.endsWith(".css")) {
        file.source = file.source.toString().replace(/@import\s*(url\()?["']?https?:[^;]*;/g, "");
      }
    }
  },
};

export default { base: "/client/", outDir: "dist", entryPoint: "src/main.js", vite: { plugins: [offline] } };
