import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { platform, work } from "../platform/install.ts";
import { root } from "../root.ts";
import type { Json } from "./json.ts";

/** What SST's CLI puts at the head of every bundle, the functions' too. */
const banner = [
  `import { createRequire as topLevelCreateRequire } from "module";`,
  `const require = topLevelCreateRequire(import.meta.url);`,
  `import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url";`,
  `const __filename = topLevelFileUrlToPath(import.meta.url);`,
  `const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url));`,
].join("\n");

/** A bundled function. */
export interface BuiltHandler {
  /** As in the stack: `path/of/file.export`. */
  handler: string;
  /** The bundle, in the evaluation's own folder below `.sst/evaluations`. */
  file: string;
  bytes: number;
}

/** A change of a user's to a file of the project. */
export interface Edit {
  /** From the project's root; without it stacks/settings.ts. */
  file?: string;
  from: string;
  to: string;
}

/** The CLI makes `sst` and `aws` global by putting these imports at the head of every file of the user's. */
function globalImports(): string {
  const providers: { alias: string; package: string }[] = JSON.parse(
    readFileSync(join(work, "provider-lock.json"), "utf8"),
  );
  return [
    ...providers.map(({ alias, package: name }) => `import * as ${alias} from "${name}";`),
    `import * as sst from "${join(platform, "src/components")}";`,
  ].join("");
}

/** Reads the user's files with the edits, and with something at the head of each. */
function usersFiles(head: string, edits: readonly Edit[]): Plugin {
  return {
    name: "users-files",
    setup: (hooks) => {
      hooks.onLoad({ filter: /\.[jt]s$/ }, ({ path }) => {
        const source = edited(path, edits);
        const isForeign = /[\\/](\.sst|node_modules)[\\/]/.test(path);
        return { contents: isForeign ? source : head + source, loader: path.endsWith("ts") ? "ts" : "js" };
      });
    },
  };
}

function edited(path: string, edits: readonly Edit[]): string {
  let text = readFileSync(path, "utf8");
  for (const { file = "stacks/settings.ts", from, to } of edits) {
    if (path !== join(root, file)) continue;
    if (!text.includes(from)) throw new Error(`${file} has no ${from}: change the edit.`);
    text = text.replace(from, to);
  }
  return text;
}

/** Bundles source text beside the platform, as the CLI does, and imports it. */
export async function importBundled(
  contents: string,
  define: Record<string, string> = {},
  inject: string[] = [],
  edits: readonly Edit[] = [],
): Promise<Json> {
  const name = createHash("sha256").update(contents).digest("hex").slice(0, 8);
  const outfile = join(platform, `evaluation.${name}.${process.pid}.mjs`);
  try {
    await build({
      stdin: { contents, resolveDir: root, loader: "ts" },
      outfile,
      define,
      inject,
      bundle: true,
      format: "esm",
      platform: "node",
      sourcemap: "inline",
      logLevel: "error",
      mainFields: ["module", "main"],
      nodePaths: [join(platform, "node_modules")],
      external: [
        ...["@pulumi/*", "@pulumiverse/*", "@sst-provider/*", "@aws-sdk/*"],
        ...["undici", "esbuild", "archiver", "glob", "vite"],
      ],
      banner: { js: banner },
      plugins: [usersFiles(inject.length > 0 ? globalImports() : "", edits)],
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile, { force: true });
  }
}

/**
 * Bundles a function as the CLI does, so that a wrong path, a missing export or an import that cannot be resolved fails.
 *
 * @param out the folder of the bundle
 */
export async function buildHandler(handler: string, out: string): Promise<BuiltHandler> {
  const dot = handler.lastIndexOf(".");
  const [stem, exported] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = join(out, `${stem}.mjs`);
  const { metafile } = await build({
    entryPoints: [`${stem}.ts`],
    absWorkingDir: root,
    outfile: file,
    metafile: true,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "esnext",
    minify: true,
    keepNames: true,
    logLevel: "silent",
    mainFields: ["module", "main"],
    banner: { js: banner },
  });
  const built = Object.entries(metafile.outputs).find(([path]) => path.endsWith(".mjs"))?.[1];
  if (!built?.exports.includes(exported)) throw new Error(`${stem}.ts has no export "${exported}".`);
  return { handler, file, bytes: built.bytes };
}
