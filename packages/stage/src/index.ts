export * from "./model-arns.ts";
export * from "./name.ts";
export * from "./outputs.ts";
export * from "./quota-arns.ts";
export * from "./settings.ts";
