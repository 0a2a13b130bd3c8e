import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { LaneGauges, Log, LogEntry } from "@sluice/core";

/** The namespace of every metric in CloudWatch. */
export const METRICS_NAMESPACE = "Sluice";

interface Counter {
  metric: string;
  /** True if it adds up the entry's `count`; otherwise each entry counts one. */
  addsCount?: boolean;
}

/** The metric that each event counts; an event that is not here is only logged. */
export const counters: Readonly<Record<string, Counter>> = {
  planned: { metric: "SubmissionsPlanned" },
  refused: { metric: "SubmissionsRefused" },
  submissionDone: { metric: "SubmissionsDone" },
  jobSubmitted: { metric: "JobsSubmitted" },
  jobRefused: { metric: "JobsRefused" },
  slotReleased: { metric: "SlotsReleased" },
  jobSettled: { metric: "RecordsSettled", addsCount: true },
  laneBlocked: { metric: "LanesBlocked" },
  createUnknown: { metric: "CreatesUnknown" },
  lostEventRepaired: { metric: "LostEventsRepaired" },
  lostDropsFound: { metric: "LostDropsFound", addsCount: true },
  planFailed: { metric: "PlansFailed" },
  collectFailed: { metric: "CollectsFailed" },
  wakeFailed: { metric: "WakesFailed" },
};

/** What the functions write to: JSON lines, and metrics in the form that CloudWatch reads out of them. */
export interface Telemetry {
  log: Log;
  gauge(gauges: LaneGauges): void;
  /** Ties the next lines to one invocation. */
  begin(context: { awsRequestId: string }): void;
  /** Sends the metrics since the last time; a function is frozen once it has answered. */
  flush(): void;
}

/**
 * Makes the telemetry of an app's stage: two apps in one account may have stages of one name. The entries carry ids and
 * words, never anything of what is inside a record.
 */
export function telemetryOf({ app, stage }: { app: string; stage: string }): Telemetry {
  const logger = new Logger({ serviceName: app, persistentKeys: { stage } });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: app, defaultDimensions: { stage } });
  return {
    log: (entry) => {
      writeLine(logger, entry);
      const counter = counters[entry.event];
      if (counter !== undefined)
        metrics.addMetric(counter.metric, MetricUnit.Count, counter.addsCount ? (entry.count ?? 0) : 1);
    },
    gauge: (gauges) => {
      for (const [name, value] of Object.entries(gauges)) metrics.addMetric(name, MetricUnit.NoUnit, value);
    },
    begin: ({ awsRequestId }) => logger.appendKeys({ requestId: awsRequestId }),
    flush: () => {
      // An empty document would be sent with a warning.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

function writeLine(logger: Logger, { level, event, message, ...rest }: LogEntry): void {
  const line = { ...rest, event, message: message ?? event };
  if (level === "error") logger.error(line);
  else if (level === "warn") logger.warn(line);
  else logger.info(line);
}
