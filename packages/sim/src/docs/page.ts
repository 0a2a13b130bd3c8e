import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const DOCS = fileURLToPath(new URL("../../../../docs/", import.meta.url));
const PAGE = `${DOCS}benchmarks.md`;

/** Writes a command's figures into docs/benchmarks.md, between the two marks that carry its name. */
export async function writeFigures(command: string, figures: string): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [begin, end] = [`<!-- ${command} writes from here -->`, `<!-- ${command} to here -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE} lacks the lines ${begin} and ${end}: put them back.`);
  await writeFile(PAGE, [page.slice(0, from) + begin, figures, page.slice(to)].join("\n\n"));
}

/** Writes a plot that the page shows. */
export async function writePlot(name: string, svg: string): Promise<void> {
  await mkdir(`${DOCS}plots`, { recursive: true });
  await writeFile(`${DOCS}plots/${name}`, svg);
}
