export { builtInResponder } from "./built-in.ts";
export { type EndpointCheck, type EndpointModel, tryEndpoint } from "./endpoint-check.ts";
export type { Trouble, TroubleListener } from "./endpoint-health.ts";
export { modelNameOf } from "./family.ts";
export { type OpenAiResponderOptions, openAiResponder } from "./openai.ts";
export type { InvocationType, JsonObject, RecordAnswer, RecordError, Responder } from "./responder.ts";
export { sequenceFrom } from "./seeded.ts";
