import { APP, parseStageOutputs, stageOutputsOf, stageParameterName } from "@sluice/stage";
import { expect, test } from "vitest";
import type { Json } from "../evaluation/json.ts";
import { batchEvent, ENDED, RUNNING } from "../graph/batch-event.ts";
import { matches } from "../graph/event-pattern.ts";
import { documentOf, type Graph } from "../graph/graph.ts";

/** Lambda's bounds, and what a queue's visibility must be in function timeouts. */
const MOST_TIMEOUT_SECONDS = 900;
const VISIBILITY_FACTOR = 6;
const LEAST_EVENT_AGE_SECONDS = 60;
const MOST_EVENT_AGE_SECONDS = 21_600;
const MOST_ENVIRONMENT_BYTES = 4_096;
/** What a new account may have in a Region, and what advance and the schedules need of it. */
const NEW_ACCOUNTS_CONCURRENCY = 10;
const BESIDE_THE_QUEUES = 2;

/** What a stage promises of its queues, rules and functions. */
export function pipelinePromises(graph: () => Graph, stage: string): void {
  const pattern = (name: RegExp) => {
    const rule = graph().one("aws:cloudwatch/eventRule:EventRule", name);
    expect(rule.inputs.eventBusName).toBe("default");
    return documentOf(rule.inputs.eventPattern);
  };

  test("every state change of a batch job reaches advance, and nothing else does", () => {
    const changes = pattern(/StateChange/);
    for (const status of [...RUNNING, ...ENDED]) expect(matches(changes, batchEvent(status)), status).toBe(true);
    expect(matches(changes, { ...batchEvent("Completed"), source: "my.app" })).toBe(false);
    expect(
      matches(changes, { ...batchEvent("Completed"), "detail-type": "Model Customization Job State Change" }),
    ).toBe(false);
  });

  test("every end of a batch job reaches the collect queue, and nothing else does", () => {
    const ends = pattern(/^JobEnd$/);
    for (const status of ENDED) expect(matches(ends, batchEvent(status)), status).toBe(true);
    for (const status of RUNNING) expect(matches(ends, batchEvent(status)), status).toBe(false);
    expect(matches(ends, { ...batchEvent("Completed"), source: "my.app" })).toBe(false);
    const target = graph().one("aws:cloudwatch/eventTarget:EventTarget", "JobEndTarget");
    expect(target.inputs.arn).toBe(graph().queue("CollectQueue").state.arn);
  });

  test("the events come from the default bus, and no bus is made", () => {
    expect(graph().of("aws:cloudwatch/eventBus:EventBus")).toEqual([]);
    const target = graph().one("aws:cloudwatch/eventTarget:EventTarget", /StateChange/);
    expect(target.inputs.arn).toBe(graph().fn("Advance").state.arn);
    const [permission] = graph().of("aws:lambda/permission:Permission");
    expect(permission?.inputs).toMatchObject({
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: graph().one("aws:cloudwatch/eventRule:EventRule", /StateChange/).state.arn,
    });
  });

  test("an event that cannot be delivered is kept, and the rules may keep it", () => {
    const undelivered = graph().queue("UndeliveredEvents");
    for (const { name, inputs } of graph().of("aws:cloudwatch/eventTarget:EventTarget")) {
      expect(inputs.deadLetterConfig, name).toEqual({ arn: undelivered.state.arn });
      expect(inputs.retryPolicy.maximumRetryAttempts, name).toBeGreaterThan(0);
    }
    const { policy } = graph().one("aws:sqs/queuePolicy:QueuePolicy", "UndeliveredEventsSenders").inputs;
    const [{ Condition }] = documentOf(policy).Statement;
    const rules = graph().of("aws:cloudwatch/eventRule:EventRule");
    expect(Condition.ArnEquals["aws:SourceArn"].toSorted()).toEqual(rules.map(({ state }) => state.arn).sort());
  });

  test("an event on which advance fails is tried again, and then kept", () => {
    const config = graph().one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", /^Advance/);
    expect(config.inputs.maximumRetryAttempts).toBe(2);
    expect(config.inputs.destinationConfig.onFailure.destination).toBe(graph().queue("FailedEvents").state.arn);
  });

  test("no message comes back while its function still works on it, and each has five tries", () => {
    const mappings = graph().of("aws:lambda/eventSourceMapping:EventSourceMapping");
    expect(mappings).toHaveLength(3);
    for (const { name, inputs } of mappings) {
      const queue = graph().byArn("aws:sqs/queue:Queue", inputs.eventSourceArn);
      const fn = graph().byArn("aws:lambda/function:Function", inputs.functionName);
      expect(queue.inputs.visibilityTimeoutSeconds, name).toBeGreaterThanOrEqual(VISIBILITY_FACTOR * fn.inputs.timeout);
      expect(inputs, name).toMatchObject({ batchSize: 1, functionResponseTypes: ["ReportBatchItemFailures"] });
      expect(inputs.scalingConfig.maximumConcurrency, name).toBeGreaterThanOrEqual(2);
      const redrive = documentOf(queue.inputs.redrivePolicy);
      expect(redrive.maxReceiveCount, name).toBe(5);
      const deadLetters = graph().byArn("aws:sqs/queue:Queue", redrive.deadLetterTargetArn);
      expect(deadLetters.inputs.messageRetentionSeconds, name).toBe(14 * 24 * 60 * 60);
    }
  });

  test("the queues leave room for advance and the sweep in a new account, which has ten invocations at once", () => {
    const most = graph()
      .of("aws:lambda/eventSourceMapping:EventSourceMapping")
      .reduce((sum, { inputs }) => sum + inputs.scalingConfig.maximumConcurrency, 0);
    expect(most).toBeLessThanOrEqual(NEW_ACCOUNTS_CONCURRENCY - BESIDE_THE_QUEUES);
  });

  test("nothing of the stage is deleted before a function was asked whether jobs still run", () => {
    const guard = graph().one("aws:lambda/invocation:Invocation", "RemovalGuard");
    expect(guard.inputs).toMatchObject({
      functionName: graph().fn("Remove").state.name,
      lifecycleScope: "CRUD",
      terraformKey: "tf",
    });
    const before = guard.dependencies.map((urn) => urn.slice(urn.lastIndexOf("::") + 2));
    const inAws = graph().resources.filter(({ type }) => type.startsWith("aws:"));
    const others = inAws.filter((one) => one !== guard).map(({ name }) => name);
    expect(others.filter((name) => !before.includes(name))).toEqual([]);
  });

  test("every created object under to-process/ is told to the plan queue, and only this bucket may tell it", () => {
    const { inputs } = graph().one("aws:s3/bucketNotification:BucketNotification", "DropNotification");
    const plan = graph().queue("PlanQueue");
    expect(inputs.queues).toEqual([
      { id: "Drop", queueArn: plan.state.arn, events: ["s3:ObjectCreated:*"], filterPrefix: "to-process/" },
    ]);
    const [statement] = documentOf(
      graph().one("aws:sqs/queuePolicy:QueuePolicy", "PlanQueueSenders").inputs.policy,
    ).Statement;
    expect(statement.Principal).toEqual({ Service: "s3.amazonaws.com" });
    expect(statement.Condition).toEqual({
      ArnEquals: { "aws:SourceArn": graph().one("aws:s3/bucket:Bucket", "DropsBucket").state.arn },
      StringEquals: { "aws:SourceAccount": "111122223333" },
    });
  });

  test("nothing can be called from outside: no URL, no gateway, no sender without a source", () => {
    const open = /FunctionUrl|apigateway|LoadBalancer|AppSync/i;
    expect(graph().resources.filter(({ type }) => open.test(type))).toEqual([]);
    for (const { name, inputs } of graph().of("aws:sqs/queuePolicy:QueuePolicy"))
      for (const { Principal, Condition } of documentOf(inputs.policy).Statement) {
        expect(Principal.Service, name).toMatch(/^(s3|events)\.amazonaws\.com$/);
        expect(Condition.ArnEquals["aws:SourceArn"], name).toBeDefined();
      }
  });

  test("every function has a pinned runtime on arm64, JSON logs with a retention, and no more time than Lambda gives", () => {
    for (const { name, inputs } of graph().functions) {
      expect(inputs, name).toMatchObject({ runtime: "nodejs24.x", architectures: ["arm64"] });
      expect(inputs.loggingConfig.logFormat, name).toBe("JSON");
      expect(inputs.timeout, name).toBeLessThanOrEqual(MOST_TIMEOUT_SECONDS);
      expect(inputs.memorySize, name).toBeGreaterThanOrEqual(512);
    }
    const logs = graph().of("aws:cloudwatch/logGroup:LogGroup");
    expect(logs).toHaveLength(graph().functions.length);
    for (const { name, inputs } of logs) expect(inputs.retentionInDays, name).toBeGreaterThan(0);
  });

  test("every function's environment describes the stage, and is within 4 KB", () => {
    for (const fn of graph().functions) {
      const environment = graph().environment(fn);
      const outputs = stageOutputsOf(environment);
      expect(outputs, fn.name).toMatchObject({
        stage,
        bucket: graph().one("aws:s3/bucket:Bucket", "DropsBucket").state.bucket,
        table: graph().one("aws:dynamodb/table:Table", "QueueTable").state.name,
        bedrockRoleArn: graph().one("aws:iam/role:Role", "BedrockRole").state.arn,
        planQueueUrl: graph().queue("PlanQueue").state.url,
        collectQueueUrl: graph().queue("CollectQueue").state.url,
        wakeQueueUrl: graph().queue("WakeQueue").state.url,
      });
      const sizeBytes = Buffer.byteLength(Object.entries(environment).flat().join(""));
      expect(sizeBytes, fn.name).toBeLessThan(MOST_ENVIRONMENT_BYTES);
    }
  });

  test("one parameter tells the CLI what the functions have in their environment", () => {
    const [parameter] = graph().of("aws:ssm/parameter:Parameter");
    expect(parameter?.inputs.name).toBe(stageParameterName(APP, stage));
    const [fn] = graph().functions;
    expect(parseStageOutputs(JSON.parse(parameter?.inputs.value), "the parameter")).toEqual(
      stageOutputsOf(fn === undefined ? {} : graph().environment(fn)),
    );
  });

  test("the sweep runs every half hour and is not lost when it fails", () => {
    const { inputs } = graph().one("aws:scheduler/schedule:Schedule", /^SweepCron/);
    expect(inputs.scheduleExpression).toBe("rate(30 minutes)");
    expect(inputs.target.arn).toBe(graph().fn("Sweep").state.arn);
    expect(inputs.target.deadLetterConfig).toEqual({ arn: graph().queue("SweepDeadLetters").state.arn });
    const config = graph().one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", /^Sweep/);
    expect(config.inputs.destinationConfig.onFailure.destination).toBe(graph().queue("SweepDeadLetters").state.arn);
  });

  test("what nobody waits for is kept for a time that Lambda takes", () => {
    for (const { name, inputs } of graph().of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")) {
      expect(inputs.maximumEventAgeInSeconds, name).toBeGreaterThanOrEqual(LEAST_EVENT_AGE_SECONDS);
      expect(inputs.maximumEventAgeInSeconds, name).toBeLessThanOrEqual(MOST_EVENT_AGE_SECONDS);
      expect(inputs.destinationConfig.onFailure.destination, name).toMatch(/:sqs:/);
    }
  });

  test("names are unique and within AWS's lengths", () => {
    const most: Record<string, number> = {
      "aws:lambda/function:Function": 64,
      "aws:iam/role:Role": 64,
      "aws:sqs/queue:Queue": 80,
      "aws:cloudwatch/eventRule:EventRule": 64,
      "aws:scheduler/schedule:Schedule": 64,
      "aws:s3/bucket:Bucket": 63,
      "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
    };
    const named = graph().resources.filter(({ inputs }) => inputs.name ?? inputs.bucket);
    for (const { type, inputs } of named)
      if (most[type] !== undefined)
        expect((inputs.name ?? inputs.bucket).length, inputs.name).toBeLessThanOrEqual(most[type]);
    const names = graph().resources.flatMap(({ type, inputs }: Json) =>
      inputs.name ? [`${type} ${inputs.name}`] : [],
    );
    expect(new Set(names).size).toBe(names.length);
  });
}
