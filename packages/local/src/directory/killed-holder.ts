/* Takes a directory in a process of its own, so that a test can kill it, and says so. */
import { takeDirectory } from "./take.ts";

const [dir = ""] = process.argv.slice(2);
await takeDirectory(dir, { pid: process.pid, purpose: "the kill test" }, { accessKey: "LOCALTEST" });
console.log("taken");
