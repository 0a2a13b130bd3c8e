/*
 * Bundles the command line into packages/cli/dist, so that a command begins in a tenth of the time that its sources
 * take. Plain JavaScript, because it runs before anything could compile it: at the end of an install, and whenever
 * the launcher finds the bundle older than its sources.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "..", "..");
const dist = join(here, "dist");
const manifest = join(dist, "bundle.json");
const LOCKFILE = "pnpm-lock.yaml";
/** What pnpm leaves in a folder of packages that is whole. */
const INSTALLED = "node_modules/.modules.yaml";

/** Files that no bundle names are taken away once they are older than any building takes. */
const YOUNG_MS = 60_000;

/** Some packages are CommonJS inside, and ask for Node's own modules by `require`. */
const REQUIRE = `import { createRequire as topLevelCreateRequire } from "node:module"; const require = topLevelCreateRequire(import.meta.url);`;

/**
 * What there is to run: the bundle's entry, `stale` where a source has changed since, `uninstalled` where the packages
 * may not be those of the lockfile.
 *
 * @returns {{ entry: string } | "stale" | "uninstalled"}
 */
export function bundled() {
  const built = readManifest();
  const isInstalled = statSync(join(root, INSTALLED), { throwIfNoEntry: false }) !== undefined;
  if (built === undefined || !isInstalled || built.inputs[LOCKFILE] !== stampOf(LOCKFILE)) return "uninstalled";
  const isFresh = Object.entries(built.inputs).every(([path, stamp]) => stampOf(path) === stamp);
  return isFresh ? { entry: join(dist, built.entry) } : "stale";
}

/** Builds the bundle. Files are named after their content, so that a running command never finds half of two. */
export async function bundle() {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    entryPoints: [join(here, "src", "main.ts")],
    absWorkingDir: root,
    outdir: dist,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    logLevel: "silent",
    mainFields: ["module", "main"],
    banner: { js: REQUIRE },
    plugins: [{ name: "native", setup: leaveOutNative }],
  });
  const entry = outputFiles.find(({ path }) => /^main-[^/\\]+\.mjs$/.test(basename(path)));
  const sources = Object.keys(metafile.inputs).filter((path) => !path.includes("node_modules"));
  const inputs = [...sources, relative(root, fileURLToPath(import.meta.url)), LOCKFILE];
  const files = outputFiles.map(({ path }) => basename(path));
  const earlier = readManifest()?.files ?? [];
  mkdirSync(dist, { recursive: true });
  for (const { path, contents } of outputFiles) place(path, contents);
  const built = { entry: basename(entry.path), inputs: Object.fromEntries(inputs.map(stamped)), files };
  place(manifest, `${JSON.stringify(built, undefined, 2)}\n`);
  // A command that runs may still load a part of the bundle before this one, and another may be writing its own.
  const kept = new Set([basename(manifest), ...files, ...earlier]);
  const oldBefore = Date.now() - YOUNG_MS;
  for (const path of readdirSync(dist).map((name) => join(dist, name)))
    if (!kept.has(basename(path)) && (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < oldBefore)
      rmSync(path, { recursive: true, force: true });
}

/** The embedded DynamoDB loads native code that lies beside its own files, so it stays where it is installed. */
function leaveOutNative(hooks) {
  hooks.onResolve({ filter: /^dynalite(\/|$)/ }, async ({ path, pluginData, ...where }) => {
    if (pluginData === "resolving") return undefined;
    const found = await hooks.resolve(path, { ...where, pluginData: "resolving" });
    const place = relative(dist, found.path).replaceAll("\\", "/");
    return found.errors.length > 0 ? found : { path: place, external: true };
  });
}

function place(path, contents) {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

function readManifest() {
  try {
    return JSON.parse(readFileSync(manifest, "utf8"));
  } catch {
    // None yet, or none of ours: it is built anew.
    return undefined;
  }
}

function stamped(path) {
  return [path, stampOf(path)];
}

/** What changes when a file is edited or replaced. */
function stampOf(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  return found === undefined ? "gone" : `${found.size} ${found.mtimeMs}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
