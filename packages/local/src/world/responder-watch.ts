import type { Log } from "@sluice/core";
import type { Responder, Trouble } from "@sluice/emulator";
import { type ResponderTrouble, writeTrouble } from "../directory/responder-trouble.ts";

function noted({ since, failures, message }: Trouble): ResponderTrouble {
  return { pid: process.pid, since, failures, message };
}

/** Tells of the responder's trouble in the log, and notes it in the directory for other processes. The answer ends it. */
export function watchResponder(responder: Responder, dir: string, log: Log): () => Promise<void> {
  let last: Promise<void> = writeTrouble(dir, undefined);
  responder.watch?.((trouble) => {
    if (trouble === undefined)
      log({ level: "info", event: "responderAnswers", message: "The responder answers again." });
    else {
      const { failures, message } = trouble;
      log({ level: "error", event: "responderFails", message, ...(failures > 0 && { count: failures }) });
    }
    last = last
      .then(() => writeTrouble(dir, trouble && noted(trouble)))
      .catch((error: unknown) => log({ level: "warn", event: "troubleNotNoted", message: String(error) }));
  });
  return async () => {
    await last;
    await writeTrouble(dir, undefined);
  };
}
