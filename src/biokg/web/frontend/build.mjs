// Bundles the front end into the folder given and writes what was made and under which licences.
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";

const out = process.argv[2];
const here = path.dirname(new URL(import.meta.url).pathname);
fs.rmSync(out, { recursive: true, force: true });
const made = await esbuild.build({
  entryPoints: { base: `${here}/base.js`, query: `${here}/query.js` },
  bundle: true, minify: true, format: "esm", splitting: true, target: "es2022", legalComments: "none", metafile: true,
  outdir: out, entryNames: "[name]-[hash]", chunkNames: "part-[hash]", assetNames: "[name]-[hash]", loader: { ".woff2": "file" },
  logLevel: "warning",
});

const manifest = {};
for (const [file, about] of Object.entries(made.metafile.outputs)) {
  if (!about.entryPoint) continue;
  const entry = (manifest[path.basename(about.entryPoint, ".js")] ??= { js: [], css: [] });
  entry.js.push(path.basename(file));
  if (about.cssBundle) entry.css.push(path.basename(about.cssBundle));
}
fs.writeFileSync(`${out}/manifest.json`, JSON.stringify(manifest, null, 1));

const packages = new Set(Object.keys(made.metafile.inputs).map((file) => file.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean));
const texts = [...packages].sort().map((name) => {
  const folder = `node_modules/${name}`;
  const about = JSON.parse(fs.readFileSync(`${folder}/package.json`, "utf8"));
  const file = fs.readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${about.version} (${about.license})\n\n${fs.readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
});
fs.writeFileSync(`${out}/LICENCES.txt`, texts.join(`\n${"-".repeat(72)}\n\n`));
