/* Every command that the docs and the helps show is one that the real program takes. Nothing is run. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { sluice } from "./program.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].concat(
  readdirSync(`${root}docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
);

const CALLED = /^(?:\$ )?(?:npx -y pnpm@12 sluice|\.\/sluice|sluice)(?: |$)(.*)$/;

/** The program by its name, alone or on a stage: words of a sentence, and no call. */
const NAMED = /^(--stage( NAME)?)?$/;

/** The command lines of a page: in its blocks of shell, and as inline code. */
function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = ""]) => block.split("\n"));
  const inline = [...page.replaceAll(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return [
    ...blocks.flatMap((line) => CALLED.exec(line.trim())?.[1] ?? []),
    ...inline.flatMap((line) => CALLED.exec(line.trim())?.[1] ?? []).filter((line) => !NAMED.test(line)),
  ];
}

/** A command line as a shell gives it to a program: without what follows a pipe or a comment. */
function wordsOf(line: string): string[] {
  const words = line.match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? [];
  const end = words.findIndex((word) => word === "|" || word.startsWith("#"));
  return words.slice(0, end === -1 ? undefined : end).map((word) => word.replace(/^(['"])(.*)\1$/, "$2"));
}

/** The program without its actions, and what was called last. */
function silent(): { program: Command; called: string[] } {
  const program = sluice(false);
  const called: string[] = [];
  const quiet = { writeOut: () => {}, writeErr: () => {} };
  program.configureOutput(quiet);
  for (const command of program.commands) {
    command.configureOutput(quiet);
    command.action(() => {
      called.push(command.name());
    });
  }
  return { program, called };
}

async function parse(line: string): Promise<string[]> {
  const { program, called } = silent();
  try {
    await program.parseAsync(wordsOf(line), { from: "user" });
  } catch (error) {
    // Help and version end the program, and that is all they are for.
    if (error instanceof CommanderError && error.exitCode === 0) return [error.code];
    throw error;
  }
  return called;
}

function helps(): string[] {
  const { program } = silent();
  return [program, ...program.commands].flatMap((command) => {
    let help = "";
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    return help.split("\n").flatMap((line) => CALLED.exec(line.trim())?.[1] ?? []);
  });
}

describe("Every command", () => {
  it.each(pages)("that %s shows is one that the program takes", async (name) => {
    for (const line of commandsOf(readFileSync(`${root}${name}`, "utf8")))
      expect(await parse(line), `sluice ${line}`).toHaveLength(1);
  });

  it("that a help shows is one that the program takes", async () => {
    const shown = helps();
    expect(shown.length).toBeGreaterThan(silent().program.commands.length);
    for (const line of shown) expect(await parse(line), `sluice ${line}`).toHaveLength(1);
  });

  it("is found in the docs at all, and a wrong one is noticed", async () => {
    expect(commandsOf(readFileSync(`${root}README.md`, "utf8")).length).toBeGreaterThan(5);
    await expect(parse("ls --stag dev")).rejects.toThrow(/unknown option/);
    await expect(parse("list")).rejects.toThrow(/unknown command/);
  });
});
