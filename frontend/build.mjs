// Build the scripts, copy the fonts, cut the base map; everything lands in the package's static/dist.
//   node build.mjs            build once          node build.mjs --watch   build on every change
//   node build.mjs --world    also redraw static/world.svg, the outline used by maps without scripts
import * as esbuild from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { basemap, world } from "./tools/basemap.mjs";
import { licences } from "./tools/licences.mjs";

const STATIC = new URL("../src/repeatpass/web/static/", import.meta.url).pathname;
const DIST = join(STATIC, "dist");
const FONTS = {
  "inter.woff2": "inter/files/inter-latin-wght-normal.woff2",
  "inter-ext.woff2": "inter/files/inter-latin-ext-wght-normal.woff2",
  "inter-greek.woff2": "inter/files/inter-greek-wght-normal.woff2",
  "newsreader.woff2": "newsreader/files/newsreader-latin-opsz-normal.woff2",
  "newsreader-italic.woff2": "newsreader/files/newsreader-latin-wght-italic.woff2",
  "newsreader-ext.woff2": "newsreader/files/newsreader-latin-ext-wght-normal.woff2",
  "mono.woff2": "jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
};
const OPTIONS = {
  entryPoints: { main: "src/main.js" },
  outdir: DIST,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  metafile: true,
  legalComments: "none",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  logLevel: "warning",
};

async function fonts() {
  await mkdir(join(DIST, "fonts"), { recursive: true });
  for (const [name, path] of Object.entries(FONTS))
    await cp(`node_modules/@fontsource-variable/${path}`, join(DIST, "fonts", name));
}

async function describe({ metafile }) {
  const outputs = Object.entries(metafile.outputs);
  const main = outputs.find(([, made]) => made.entryPoint === "src/main.js")[0].split("/").at(-1);
  const preload = ["fonts/inter.woff2", "fonts/newsreader.woff2"];
  await writeFile(join(DIST, "manifest.json"), JSON.stringify({ main, preload }, null, 1) + "\n");
  await writeFile(join(DIST, "THIRD-PARTY-LICENSES.txt"), await licences(metafile));
}

async function compress(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await compress(path);
    if (!/\.(js|json|svg|txt)$/.test(entry.name)) continue;
    const raw = await readFile(path);
    await writeFile(`${path}.gz`, gzipSync(raw, { level: 9 }));
    const hard = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } };
    await writeFile(`${path}.br`, brotliCompressSync(raw, hard));
  }
}

await rm(DIST, { recursive: true, force: true });
if (process.argv.includes("--watch")) {
  const plugin = { name: "describe", setup: (build) => build.onEnd((result) => result.metafile && describe(result)) };
  await fonts();
  await basemap(join(DIST, "base"));
  await (await esbuild.context({ ...OPTIONS, minify: false, sourcemap: true, plugins: [plugin] })).watch();
} else {
  const result = await esbuild.build(OPTIONS);
  await fonts();
  await basemap(join(DIST, "base"));
  await describe(result);
  await compress(DIST);
}
if (process.argv.includes("--world")) await world(join(STATIC, "world.svg"));
