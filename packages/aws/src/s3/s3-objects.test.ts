import { objectsConformance } from "@sluice/testing/conformance";
import { startFauxS3 } from "../test-servers/faux-s3.ts";
import { S3Objects } from "./index.ts";

objectsConformance(
  "S3Objects",
  async () => {
    const { client, bucket, stop } = await startFauxS3();
    const store = new S3Objects({ client, bucket, listPageKeys: 7 });
    return {
      store,
      put: (key, content, metadata = {}) => store.put(key, [Buffer.from(content)], metadata),
      close: async () => {
        client.destroy();
        await stop();
      },
    };
  },
  { listPageKeys: 7, compositions: 12 },
);
