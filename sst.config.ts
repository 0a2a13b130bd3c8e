/// <reference path="./.sst/platform/config.d.ts" />

/** The stage whose data outlives it, and that cannot be removed by accident. */
const PRODUCTION = "production";

export default $config({
  async app({ stage }) {
    const { APP } = await import("./packages/stage/src/name.ts");
    return {
      name: APP,
      version: "4.17.1",
      home: "aws",
      removal: stage === PRODUCTION ? "retain" : "remove",
      protect: stage === PRODUCTION,
    };
  },
  async run() {
    const { checkStageName } = await import("./packages/stage/src/name.ts");
    checkStageName($app.name, $app.stage);
    const everything: $util.Resource[] = [];
    $util.runtime.registerStackTransformation(({ resource }) => {
      everything.push(resource);
      return undefined;
    });
    const { bucket } = await import("./stacks/storage.ts");
    const { table } = await import("./stacks/table.ts");
    await import("./stacks/pipeline.ts");
    const { guardRemoval } = await import("./stacks/sweeper.ts");
    await import("./stacks/alarms.ts");
    const { consoleLinks, nextSteps } = await import("./stacks/outputs.ts");
    guardRemoval(everything);
    return { bucket: bucket.name, table: table.name, ...consoleLinks, next: nextSteps };
  },
});
