import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "../evaluation/aws-answers.ts";

/** A service of AWS on loopback. */
export interface JsonService {
  url: string;
  close(): Promise<void>;
}

/** What an operation answers: a document, or the name of its error. */
export type JsonAnswer = { document: Json } | { error: string };

/** Starts a service that speaks AWS's JSON 1.1. */
export async function startJsonService(answerTo: (operation: string, input: Json) => JsonAnswer): Promise<JsonService> {
  const server = createServer(async (asked, answer) => {
    let text = "";
    for await (const chunk of asked.setEncoding("utf8")) text += chunk;
    const operation = String(asked.headers["x-amz-target"]).split(".")[1] ?? "";
    const given = answerTo(operation, JSON.parse(text));
    const [status, document] = "error" in given ? [400, { __type: given.error }] : [200, given.document];
    answer.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(document));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
