/** The demo's two models, and the folder that routes to the second. */
export const CLAUDE = "anthropic.claude-3-5-haiku-20241022-v1:0";
export const NOVA = "amazon.nova-lite-v1:0";
export const NOVA_ROUTE = "nova";

export const SLOTS = 3;
/** Small limits, so that one file is too large for one job. */
export const MAX_RECORDS = 200;
const MIN_RECORDS = 20;

/** A job of Bedrock's takes some twelve minutes; here it takes three seconds. */
export const SPEED = 240;

const lane = (model: string) => ({
  models: [model],
  limit: SLOTS,
  maxRecords: MAX_RECORDS,
  minRecords: MIN_RECORDS,
});

export const demoSettings = {
  lanes: { claude: lane(CLAUDE), nova: lane(NOVA) },
  routes: { [NOVA_ROUTE]: { model: NOVA } },
  default: { model: CLAUDE },
};
