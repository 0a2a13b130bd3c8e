export * from "./bedrock/index.ts";
export * from "./folder/index.ts";
export * from "./responder/index.ts";
