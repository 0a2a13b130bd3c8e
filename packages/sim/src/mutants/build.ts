import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type * as hunt from "./hunt.ts";
import type { Mutant, Patch } from "./mutant.ts";

const PACKAGES = fileURLToPath(new URL("../../../", import.meta.url));
const ENTRY = fileURLToPath(new URL("./hunt.ts", import.meta.url));

/** Bundles the simulation with a mutant's patches in it, and loads it. The sources themselves stay as they are. */
export async function loadMutant({ patches }: Pick<Mutant, "patches">): Promise<typeof hunt> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    plugins: [patcher(patches)],
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild gave no bundle.");
  return import(`data:text/javascript;base64,${Buffer.from(output.contents).toString("base64")}`);
}

function patcher(patches: readonly Patch[]): Plugin {
  const patchesOf = new Map<string, Patch[]>();
  for (const patch of patches) {
    const path = `${PACKAGES}${patch.file}`;
    patchesOf.set(path, [...(patchesOf.get(path) ?? []), patch]);
  }
  return {
    name: "patch",
    setup({ onLoad, onEnd }) {
      const met = new Set<string>();
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const own = patchesOf.get(path);
        if (own === undefined) return undefined;
        met.add(path);
        return { contents: own.reduce(applied, await readFile(path, "utf8")), loader: "ts" };
      });
      onEnd(() => {
        for (const path of patchesOf.keys())
          if (!met.has(path)) throw new Error(`${path} is not part of the simulation: nothing was patched.`);
      });
    },
  };
}

function applied(source: string, { file, from, to }: Patch): string {
  const times = source.split(from).length - 1;
  if (times !== 1) throw new Error(`${file} has ${times} times instead of once: ${from}`);
  return source.replace(from, () => to);
}
