export * from "./name.ts";
export * from "./outputs/namespace.ts";
export * from "./outputs/outputs.ts";
export * from "./settings/batch-models.ts";
export * from "./settings/settings.ts";
