import { GetParameterCommand, ParameterNotFound, SSMClient, type SSMClientConfig } from "@aws-sdk/client-ssm";

/** The client that finds a stage, with the user's own credentials and Region where the configuration names none. */
export function stageClient(config: SSMClientConfig = {}): SSMClient {
  return new SSMClient(config);
}

/** The value of a parameter; undefined if there is none of that name. Throws what AWS answers otherwise. */
export async function readParameter(client: SSMClient, name: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}
