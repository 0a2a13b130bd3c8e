import { hashOf, type Submissions } from "@sluice/core";
import type { PathEntity } from "../entities/path.ts";

/** Who was the first to ask for a key's plain path. */
export function pathOperations(paths: PathEntity): Pick<Submissions, "claimPath"> {
  return {
    async claimPath(bucket, key, submissionId) {
      const { data } = await paths
        .upsert({ keyHash: hashOf(bucket, key) })
        .ifNotExists({ submissionId })
        .go({ response: "all_new" });
      return data.submissionId;
    },
  };
}
