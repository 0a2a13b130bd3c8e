import { PutObjectCommand } from "@aws-sdk/client-s3";
import { objectsConformance } from "@sluice/testing/conformance";
import { startFauxS3 } from "./faux-s3.ts";
import { S3Objects } from "./index.ts";

objectsConformance(
  "S3Objects",
  async () => {
    const { client, bucket, stop } = await startFauxS3();
    return {
      store: new S3Objects({ client, bucket, listPageKeys: 7 }),
      put: (Key, Body, Metadata) =>
        client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...(Metadata && { Metadata }) })),
      close: async () => {
        client.destroy();
        await stop();
      },
    };
  },
  { listPageKeys: 7, compositions: 12 },
);
