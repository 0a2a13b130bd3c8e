export { builtInResponder } from "./built-in.ts";
export { type OpenAiResponderOptions, openAiResponder } from "./openai.ts";
export { modelNameOf } from "./read-record.ts";
export type { JsonObject, OutputError, RecordOutput, Responder } from "./responder.ts";
export { sequenceFrom } from "./seeded.ts";
