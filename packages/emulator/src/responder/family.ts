import type { Prompt, Reply } from "./prompt.ts";
import type { JsonObject } from "./responder.ts";

/** How one family of models writes its requests and responses. */
export interface BodyFamily<P extends Prompt, R extends Reply> {
  /** @throws InvalidInputError if the model would refuse the body. */
  read(body: JsonObject): P;
  write(reply: R, prompt: P, modelName: string, body: JsonObject): JsonObject;
}
