import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A path of ours that a page names: `packages/…`, `stacks/…` or `docs/…`, without what stands for several. */
const NAMED = /`((?:packages|stacks|docs)\/[^`\s*…]+)`/g;
const LINKED = /\]\(([^)#:\s]+)(?:#[^)]*)?\)/g;

// The changelog tells of what was, and its paths may be gone.
const pages = ["README.md", "CONTRIBUTING.md", ...below("docs"), ...ofPackages()];

function below(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".md")).map((name) => `${folder}/${name}`);
}

function ofPackages(): string[] {
  const readmes = readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/README.md`);
  return readmes.filter((path) => existsSync(join(ROOT, path)));
}

test.each(pages)("whatever %s names and links to is there", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8");
  const named = [...text.matchAll(NAMED)].map(([, path = ""]) => path);
  const linked = [...text.matchAll(LINKED)].map(([, path = ""]) => join(dirname(page), path));
  expect([...named, ...linked].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
