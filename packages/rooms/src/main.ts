import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { faultsOf } from "./check.ts";
import { rooms } from "./order.ts";

/** A part of `pnpm lint`: says which imports break the order of rooms, and fails if there are any. */
const root = fileURLToPath(new URL("../../..", import.meta.url));
const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
});
// What was deleted and not yet committed is still listed, and a conflict is listed twice.
const paths = [...new Set(listed.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path)));
const faults = faultsOf(root, paths, rooms);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
