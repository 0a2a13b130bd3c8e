import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  ServiceQuotasClient,
  type ServiceQuotasClientConfig,
} from "@aws-sdk/client-service-quotas";
import type { Quotas } from "@sluice/core";

const ServiceCode = "bedrock";

/** The client of the account's quotas in a Region. */
export function quotasClient(config: ServiceQuotasClientConfig): ServiceQuotasClient {
  return new ServiceQuotasClient(config);
}

/** The quotas of Amazon Bedrock, as Service Quotas knows them for the account. */
export class ServiceQuotas implements Quotas {
  readonly #client: ServiceQuotasClient;

  constructor({ client }: { client: ServiceQuotasClient }) {
    this.#client = client;
  }

  /**
   * The applied value, rounded down; for a quota that never got one of its own ("for some quotas, only the default
   * values are available", says GetServiceQuota's reference) AWS's default.
   */
  async limitOf(quotaCode: string): Promise<number | undefined> {
    const asked = { ServiceCode, QuotaCode: quotaCode };
    const answer =
      (await found(this.#client.send(new GetServiceQuotaCommand(asked)))) ??
      (await found(this.#client.send(new GetAWSDefaultServiceQuotaCommand(asked))));
    const value = answer?.Quota?.Value;
    return value === undefined ? undefined : Math.floor(value);
  }
}

async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoSuchResourceException) return undefined;
    throw error;
  }
}
