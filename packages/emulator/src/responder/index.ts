export { builtInResponder } from "./built-in.ts";
export { modelNameOf } from "./family.ts";
export { type OpenAiResponderOptions, openAiResponder } from "./openai.ts";
export type { JsonObject, OutputError, RecordOutput, Responder } from "./responder.ts";
export { sequenceFrom } from "./seeded.ts";
