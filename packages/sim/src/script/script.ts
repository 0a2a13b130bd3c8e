import { START } from "@sluice/testing";

/** When every simulated story begins, in epoch milliseconds. */
export const BEGIN = START;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

/** What can go wrong at a call to a port. */
export const callFaults = [
  /** The instance dies, and the call is never made. */
  "diesBefore",
  /** The instance dies right after the call took effect. */
  "diesAfter",
  /** The instance dies while the call is on its way: it takes effect up to 20 seconds later. */
  "diesInFlight",
  /** The call fails and had no effect. */
  "refused",
  /** The call takes effect, and then it fails: nobody learns the answer. */
  "answerLost",
  /** The answer is lost and the SDK tries again: the call takes effect twice, and the second answer counts. */
  "retried",
  /** The call takes minutes: longer than a lease, shorter than a proof of doubt. */
  "stalls",
] as const;

/** What Bedrock can answer to a Create besides. */
export const createFaults = ["throttled", "spuriousQuota", "odd"] as const;
/** What can go wrong with a state-change event on the bus. */
export const eventFaults = ["eventLost", "eventRepeated", "eventLate", "eventFirst"] as const;
/** What can go wrong with a message in a queue. */
export const messageFaults = ["messageRepeated", "messageLate"] as const;
/** What can go wrong with the schedule. */
export const sweepFaults = ["sweepSkipped", "sweepTwice"] as const;

/** What can be wrong with one line of a job's output. */
export const lineFaults = [
  /** It is no JSON, and tells whose it is. */
  "lineGarbled",
  /** It is cut before it tells whose it is. */
  "lineCut",
  /** An answer has no recordId. */
  "lineNameless",
  /** The record's error comes first, and its answer behind it. */
  "errorFirst",
  /** An answer to nobody stands beside it. */
  "lineStray",
] as const;
/** What can be wrong with a job's output as a whole. */
export const manifestFaults = ["manifestMissing", "manifestWrong", "outputMissing"] as const;
/** What others can do to what was prepared, while its job runs. */
export const inputFaults = ["inputDeleted", "inputReplaced"] as const;

export type FaultKind =
  | (typeof callFaults)[number]
  | (typeof createFaults)[number]
  | (typeof eventFaults)[number]
  | (typeof messageFaults)[number]
  | (typeof sweepFaults)[number]
  | (typeof lineFaults)[number]
  | (typeof manifestFaults)[number]
  | (typeof inputFaults)[number]
  /** A read of an object ends in the middle. */
  | "breaksOff"
  /** The notification of a drop never comes. */
  | "notificationLost"
  /** An instance's clock is off by up to 25 seconds, either way. */
  | "clockOff"
  /** An instance's clock is off by minutes to weeks, either way. */
  | "clockFarOff"
  /** A job appears in Bedrock's listing minutes after it was made. */
  | "listedLate"
  /** A job's output appears after the event of its end. */
  | "outputLate";

/** A place in the code where this run's trouble gathers. */
export interface WeakSpot {
  /** A port and its method, such as `store.jobs.takeClaim`. */
  call: string;
  kind: (typeof callFaults)[number];
  rate: number;
}

/** Faults after which a move's own promises leave no claim unfinished; after the others a sweep may have to come first. */
export const harmless: ReadonlySet<FaultKind> = new Set([
  ...createFaults,
  ...messageFaults,
  ...sweepFaults,
  ...lineFaults,
  ...manifestFaults,
  ...inputFaults,
  ...([
    "eventLost",
    "eventRepeated",
    "eventLate",
    "eventFirst",
    "retried",
    "listedLate",
    "outputLate",
    "notificationLost",
  ] as const),
]);

/** The probability of each kind at every place where it could strike. */
export type Rates = Partial<Record<FaultKind, number>>;

/** Trouble that lasts. */
export const windowKinds = [
  /** Create answers AccessDenied. */
  "denied",
  /** Create answers ResourceNotFound: the job is refused for good. */
  "modelGone",
  /** Most calls to Bedrock are throttled. */
  "throttling",
  /** The role lost its rights: jobs fail in Validating. */
  "roleBroken",
  /** The table refuses every call. */
  "storeDown",
  /** The bucket refuses every call. */
  "objectsDown",
  /** The bus delivers nothing. */
  "busDown",
  /** The schedule starts no sweep. */
  "scheduleDown",
] as const;
export type WindowKind = (typeof windowKinds)[number];

/** A time in which something is broken; times are milliseconds after the beginning. */
export interface Window {
  kind: WindowKind;
  atMs: number;
  lastsMs: number;
}

export interface LaneScript {
  name: string;
  modelId: string;
  limit: number;
  /** Bedrock's quota for all users of the model. */
  quota: number;
}

/** A deploy that renames a lane or gives it another limit while its work goes on. */
export interface SettingsChange {
  /** The lane, by the name that it has in the script. */
  lane: string;
  atMs: number;
  name: string;
  limit: number;
}

/** What is not as it should be with a job from the beginning. */
export const oddities = [
  /** Bedrock refuses it as invalid, for good. */
  "invalid",
  /** Bedrock answers with an error that nobody knows, for good. */
  "odd",
  /** Bedrock has a job of its name that reads another input, and an event tells of it as the job is queued. */
  "squatted",
  /** Its first Create is not answered, the listing shows it minutes later, and none of its events arrives. */
  "hidden",
  /** Whoever sets out to create it first sleeps for minutes before the call. */
  "sleeper",
  /** Whoever creates it dies before the answer, and none of its events arrives. */
  "orphan",
  /** Its entry is in the queue, and it is in no table. */
  "ghostEntry",
  /** It holds a slot, and it is in no table. */
  "ghostHolder",
] as const;

/** A job that is put into the queue without a submission behind it. */
export interface JobScript {
  name: string;
  lane: string;
  atMs: number;
  priority: number;
  oddity?: (typeof oddities)[number];
  /** How long Bedrock takes with it; drawn where it is left out. */
  lastsMs?: number;
}

/** A file that a user drops. */
export interface DropScript {
  name: string;
  /** Below `to-process/`; two drops may have the same. */
  path: string;
  lane: string;
  atMs: number;
  records: number;
  /** How many of its lines are broken. */
  broken: number;
  /** It is no new file: the one that lies at its path is copied onto itself. */
  copies?: boolean;
  /** The drop whose own folder of results it is named as; its path counts where there is no such drop. */
  under?: string;
  /** Where in `processed/` somebody else puts an object: at its plain path before it, or in its own folder after it. */
  stranger?: "plain" | "own";
}

/** Point-in-time recovery: the table becomes what it was. Times are milliseconds after the beginning. */
export interface RestoreScript {
  /** What it becomes. */
  takenAtMs: number;
  /** When the functions are stopped for it; a minute later they run again. */
  atMs: number;
}

/** A job of another user of the account. */
export interface OtherScript {
  name: string;
  lane: string;
  atMs: number;
  lastsMs: number;
  /** It is a row of jobs that each last so long, one right after the other. */
  eachMs?: number;
}

/** How Bedrock behaves, where AWS does not say. */
export interface BedrockScript {
  /** How many jobs a page of its list holds: AWS's are a thousand, few show what a bound on pages does. */
  jobsAPage: number;
  /** A name that is taken is reported as a ValidationException. */
  conflictIsInvalid: boolean;
  /** How long a token is remembered. */
  tokenMs: number;
  /** How much longer than a second each step takes at most: Validating, Scheduled, InProgress. */
  longestMs: { validating: number; scheduled: number; running: number };
  /** The shortest time that records take, in milliseconds. */
  leastRunningMs: number;
  /** The shares of jobs that do not end as Completed. */
  ends: { failsAtOnce: number; failsLate: number; partial: number; expires: number; stops: number };
}

/** A time that is drawn anew each time, small ones more often; in milliseconds. */
export interface DurationMs {
  least: number;
  most: number;
}

/** Everything that a run depends on. The same script gives the same history. */
export interface Script {
  seed: number;
  /** `queue`: jobs are put into the table; `whole`: files are dropped, planned and collected. */
  level: "queue" | "whole";
  lanes: LaneScript[];
  jobs: JobScript[];
  drops: DropScript[];
  others: OtherScript[];
  windows: Window[];
  restores: RestoreScript[];
  /** The least records of a job, in every lane; smaller files are filled up. 1 where it is left out. */
  minRecords?: number;
  /** When somebody sweeps by hand, in milliseconds after the beginning. */
  sweepsAtMs: number[];
  /** Deploys of other settings, in the order of their times. */
  changes?: SettingsChange[];
  bedrock: BedrockScript;
  /** How long an event takes to its function where nothing is wrong; the usual time where it is left out. */
  eventMs?: DurationMs;
  /** When all faults end, in milliseconds after the beginning. */
  healAtMs: number;
  rates: Rates;
  weakSpots: WeakSpot[];
  /** The faults that strike, as a run names them; where they are given, the rates say nothing. */
  faults?: string[];
}
