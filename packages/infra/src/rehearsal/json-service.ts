import { createServer } from "node:http";
import type { Json } from "../evaluation/json.ts";
import { type Listening, onLoopback } from "./loopback.ts";

/** What an operation answers: a document, or the name of its error. */
export type JsonAnswer = { document: Json } | { error: string };

/** Starts a service that speaks AWS's JSON 1.1. */
export async function startJsonService(answerTo: (operation: string, input: Json) => JsonAnswer): Promise<Listening> {
  const server = createServer(async (asked, answer) => {
    let text = "";
    for await (const chunk of asked.setEncoding("utf8")) text += chunk;
    const operation = String(asked.headers["x-amz-target"]).split(".")[1] ?? "";
    const given = answerTo(operation, JSON.parse(text));
    const [status, document] = "error" in given ? [400, { __type: given.error }] : [200, given.document];
    answer.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(document));
  });
  return onLoopback(server);
}
