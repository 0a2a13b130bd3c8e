/*
 * A batch server in a process of its own, so that a test can kill it. It prints its address, then a line for every
 * event. Arguments: the folder for its state, the folder of the bucket, the speed, the access key.
 */
import { builtInResponder } from "../responder/index.ts";
import { folderFiles, startBatchServer } from "./index.ts";

const [dir = "", bucket = "", speed = "1", accessKey = ""] = process.argv.slice(2);
const server = await startBatchServer({
  dir,
  files: folderFiles(() => bucket),
  responder: builtInResponder(),
  speed: Number(speed),
  accessKey,
  onEvent: ({ detail }) => console.log(`${detail.batchJobName} ${detail.status}`),
});
console.log(server.url);
