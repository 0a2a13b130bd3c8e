export { builtInResponder } from "./built-in.ts";
export { type EndpointCheck, type EndpointModel, tryEndpoint } from "./endpoint-check.ts";
export type { Trouble, TroubleListener } from "./endpoint-health.ts";
export { type OpenAiResponderOptions, openAiResponder } from "./openai.ts";
export { modelNameOf } from "./read-record.ts";
export type { JsonObject, OutputError, RecordOutput, Responder } from "./responder.ts";
export { sequenceFrom } from "./seeded.ts";
