/* What `./sluice` and `pnpm sluice` run: the bundle of the command line, built or installed first where that is due. */
import { spawnSync } from "node:child_process";
import { basename, delimiter, dirname, isAbsolute, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle, bundled, root } from "./bundle.mjs";

const LEAST_NODE = [20, 19];
const INSTALL = ["-y", "pnpm@12", "install", "--frozen-lockfile"];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]))
  give(`sluice needs Node ${LEAST_NODE.join(".")} or later, and this is ${process.version}.`, "Install a newer Node.");

const { INIT_CWD, SLUICE_CALLED_AS, PATH = "", npm_lifecycle_event: script } = process.env;
if (SLUICE_CALLED_AS) process.env.SLUICE_CALLED_AS = shownAs(SLUICE_CALLED_AS);
else if (script === "sluice" || script === "demo") {
  process.env.SLUICE_CALLED_AS = "npx -y pnpm@12 sluice";
  // pnpm runs scripts in the project's folder; paths are those of whoever called.
  if (INIT_CWD) process.chdir(INIT_CWD);
}

process.env.SLUICE_SAMPLE = relative("", join(root, "docs", "sample.jsonl"));

const entry = await freshEntry();
await import(pathToFileURL(entry).href);

async function freshEntry() {
  let found = bundled();
  if (found === "uninstalled") {
    install();
    found = bundled();
  }
  if (typeof found === "string") {
    try {
      await bundle();
    } catch (error) {
      give(`The command line cannot be built: ${error.message}`, `Mend it, or run: npx ${INSTALL.join(" ")}`);
    }
    found = bundled();
  }
  return found.entry;
}

/** The launcher as it can be called again from here: by its name where the PATH has it. */
function shownAs(called) {
  if (!called.includes("/")) return `./${called}`;
  const isOnPath = isAbsolute(called) && PATH.split(delimiter).includes(dirname(called));
  if (isOnPath) return basename(called);
  return /^[\w./~+-]+$/.test(called) ? called : `'${called.replaceAll("'", "'\\''")}'`;
}

function install() {
  console.error("sluice: installing what it needs; this happens once …");
  const { status, error, stdout } = spawnSync("npx", INSTALL, {
    cwd: root,
    // Without it pnpm asks before it replaces another version's folder.
    env: { ...process.env, CI: "true" },
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
    encoding: "utf8",
  });
  if (error === undefined && status === 0) return;
  console.error(error?.message ?? stdout);
  give("What sluice needs could not be installed.", `Look above for the reason, then run: npx ${INSTALL.join(" ")}`);
}

/** Ends with words, as the commands do. */
function give(happened, next) {
  console.error(`error: ${happened}\n  ${next}`);
  process.exit(1);
}
