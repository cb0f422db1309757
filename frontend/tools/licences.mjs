// The licences of everything that went into the build, from esbuild's own account of it.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

const ALWAYS = ["@fontsource-variable/inter", "@fontsource-variable/newsreader", "@fontsource-variable/jetbrains-mono", "world-atlas"];

const packageOf = (path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[0];

async function entry(folder) {
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((name) => /^(licen[cs]e|copying|ofl)/i.test(name));
  const text = file ? await readFile(join(folder, file), "utf8") : "(The package carries no licence text.)";
  const licence = typeof about.license === "string" ? about.license : "see below";
  return { name: about.name, text: `${about.name} ${about.version} — ${licence}\n\n${text.trim()}\n` };
}

export async function licences(metafile) {
  const used = Object.keys(metafile.inputs).map(packageOf).filter(Boolean);
  const folders = new Set([...used, ...ALWAYS.map((name) => `node_modules/${name}/`)]);
  const entries = await Promise.all([...folders].map(entry));
  entries.sort((a, b) => a.name.localeCompare(b.name));
  const head = "Third-party software, fonts and data in the pages of Repeatpass\n";
  return [head, ...entries.map((each) => each.text)].join(`\n${"-".repeat(78)}\n\n`);
}
