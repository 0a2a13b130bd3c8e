import type { BedrockJob, CreateRequest } from "@sluice/core";

/** A job in Bedrock, with what nobody but the simulation knows of it. */
export interface SimJob extends BedrockJob {
  request: CreateRequest;
  submittedAt: number;
  listedAt: number;
}
