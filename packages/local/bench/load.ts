/** `tsx packages/local/bench/load.ts [FILES]`: what each of many files costs, without the rest of `pnpm bench`. */
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

import { loadavg } from "node:os";
import { benchFiles } from "./files.ts";

const DEFAULT_FILES = 250;

const { files, wallSeconds, cpuMsPerFile, storeCallsPerFile } = await benchFiles(
  Number(process.argv[2] ?? DEFAULT_FILES),
);
const load = loadavg()[0] ?? 0;
process.stdout.write(
  `${files} files: ${cpuMsPerFile.toFixed(1)} ms of CPU and ${storeCallsPerFile.toFixed(1)} calls to the table a file, ${wallSeconds.toFixed(0)} s, load ${load.toFixed(1)}\n`,
);
