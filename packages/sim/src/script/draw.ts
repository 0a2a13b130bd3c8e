import { Chance } from "../schedule/chance.ts";
import { MOST_RECORDS_A_JOB } from "./rows.ts";
import {
  type BedrockScript,
  callFaults,
  createFaults,
  type DropScript,
  eventFaults,
  type FaultKind,
  HOUR_MS,
  inputFaults,
  type JobScript,
  type LaneScript,
  lineFaults,
  MINUTE_MS,
  manifestFaults,
  messageFaults,
  type OtherScript,
  oddities,
  type Rates,
  type Script,
  SECOND_MS,
  type SettingsChange,
  sweepFaults,
  type WeakSpot,
  type Window,
  windowKinds,
} from "./script.ts";

const MODELS = ["anthropic.claude-3-haiku-20240307-v1:0", "amazon.nova-lite-v1:0"] as const;

const ofStore = (...methods: string[]) => methods.map((method) => `store.${method}`);
/** The calls that a weak spot can be at: those of the protocol's steps, for which the design has a row each. */
const CALLS = {
  queue: [
    ...ofStore(
      "lanes.get",
      "lanes.claimSlot",
      "jobs.takeClaim",
      "queue.drop",
      "jobs.bringForward",
      "lanes.finishClaiming",
      "lanes.releaseSlot",
      "lanes.block",
    ),
    ...ofStore(
      "jobs.yieldClaim",
      "queue.head",
      "jobs.get",
      "queue.put",
      "lanes.liftBlock",
      "lanes.claimSlot",
      "jobs.takeClaim",
      "lanes.finishClaiming",
    ),
    ...["batch.create", "batch.create", "batch.findByName", ...Array<string>(3).fill("messages.wake")],
  ],
  whole: [
    ...ofStore(
      "submissions.commitPlan",
      "jobs.put",
      "queue.put",
      "submissions.open",
      "submissions.settleSlice",
      "jobs.recordOutcome",
      "jobs.markDone",
    ),
    ...ofStore(
      "submissions.finish",
      "submissions.claimPath",
      "lanes.releaseSlot",
      "jobs.takeClaim",
      "submissions.put",
      "submissions.commitPlan",
    ),
    ...["objects.compose", "objects.delete", "objects.write", "messages.collect", "batch.create", "batch.get"],
  ],
};

/** How likely a kind is at most at one place: what strikes at every call must be rarer than what strikes once a job. */
const mostLikely: Record<Exclude<FaultKind, keyof typeof likelyOfOutput | "clockFarOff">, number> = {
  ...all(callFaults, 0.04),
  ...all(createFaults, 0.3),
  ...all(eventFaults, 0.5),
  ...all(messageFaults, 0.3),
  ...all(sweepFaults, 0.5),
  stalls: 0.02,
  retried: 0.15,
  breaksOff: 0.1,
  notificationLost: 0.2,
  clockOff: 0.2,
  listedLate: 0.5,
  outputLate: 0.5,
};

/** The same of what is wrong with what Bedrock leaves and with what it was given. */
const likelyOfOutput = {
  ...all(lineFaults, 0.2),
  ...all(manifestFaults, 0.4),
  ...all(inputFaults, 0.4),
};

/** How many instances' clocks are far off at most. */
const MOST_FAR_OFF = 0.3;

function all<K extends FaultKind>(kinds: readonly K[], rate: number): Record<K, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, rate])) as Record<K, number>;
}

/** What a seed stands for. Every run draws which kinds of trouble it has at all, so that rare pairs meet too. */
export function drawScript(seed: number, level?: Script["level"]): Script {
  const chance = new Chance(seed, "script");
  const drawn = chance.happens(0.25) ? "whole" : "queue";
  const lanes = drawLanes(chance);
  const healAtMs = chance.magnitude(HOUR_MS, 4 * HOUR_MS);
  const arriving = healAtMs * chance.pick([0.001, 0.3, 0.8]);
  const script: Script = {
    seed,
    level: level ?? drawn,
    lanes,
    jobs: [],
    drops: [],
    others: drawOthers(chance, lanes, healAtMs),
    windows: drawWindows(chance, healAtMs),
    bedrock: drawBedrock(chance),
    healAtMs,
    rates: { ...drawRates(chance), ...drawOutputRates(new Chance(seed, "outputs")) },
    weakSpots: drawWeakSpots(chance, level ?? drawn),
    sweepsAtMs: [],
    restores: [],
  };
  if (script.level === "queue") script.jobs = drawJobs(chance, lanes, arriving);
  else script.drops = withCopies(new Chance(seed, "copies"), drawDrops(chance, lanes, arriving));
  script.sweepsAtMs = drawSweeps(chance, script);
  script.changes = drawChanges(chance, script);
  drawOutside(script);
  return script;
}

/** Lanes that are renamed, and limits that are raised, lowered or set to 0 for a while. */
function drawChanges(chance: Chance, { lanes, healAtMs }: Script): SettingsChange[] {
  if (chance.happens(0.6)) return [];
  const times = Array.from({ length: chance.whole(1, 3) }, () => healAtMs * chance.fraction() ** 2).sort(
    (a, b) => a - b,
  );
  const changes = times.map((atMs, n) => {
    const { name, limit } = chance.pick(lanes);
    const isRenamed = chance.happens(0.6);
    return {
      lane: name,
      atMs,
      name: isRenamed ? `${name}-${n}` : name,
      limit: chance.happens(0.5) ? limit : chance.whole(0, 3),
    };
  });
  // Whatever was paused goes on in the end.
  const last = lanes.map(({ name, limit }) => ({
    lane: name,
    atMs: healAtMs,
    name: changes.findLast((change) => change.lane === name)?.name ?? name,
    limit,
  }));
  return [...changes, ...last];
}

/** What comes from outside of the queue. It is drawn from a stream of its own, so that the rest of a seed stays. */
function drawOutside(script: Script): void {
  const chance = new Chance(script.seed, "script: outside");
  if (chance.happens(0.25)) script.rates.clockFarOff = chance.magnitude(MOST_FAR_OFF / 30, MOST_FAR_OFF);
  if (script.level === "queue") return;
  const padding = new Chance(script.seed, "script: padding");
  if (padding.happens(0.3)) script.minRecords = padding.whole(2, MOST_RECORDS_A_JOB);
  if (chance.happens(0.4)) script.drops = script.drops.map((drop, n) => drawStrange(chance, drop, script.drops[n - 1]));
  if (chance.happens(0.4))
    script.restores = Array.from({ length: chance.whole(1, 2) }, () => {
      const atMs = script.healAtMs * chance.fraction();
      return { takenAtMs: atMs * chance.fraction(), atMs };
    });
}

function drawStrange(chance: Chance, drop: DropScript, earlier: DropScript | undefined): DropScript {
  const isUnder = chance.happens(0.3) && earlier?.lane === drop.lane && earlier.path !== drop.path;
  const stranger = chance.pick(["plain", "own", "none", "none"] as const);
  return { ...drop, ...(isUnder && { under: earlier.name }), ...(stranger !== "none" && { stranger }) };
}

function drawLanes(chance: Chance): LaneScript[] {
  return MODELS.slice(0, chance.whole(1, 2)).map((modelId, n) => {
    const limit = chance.whole(1, 3);
    return { name: `lane${n}`, modelId, limit, quota: chance.happens(0.5) ? Math.max(1, limit - 1) : limit + 2 };
  });
}

function drawJobs(chance: Chance, lanes: readonly LaneScript[], arrivingMs: number): JobScript[] {
  return Array.from({ length: chance.whole(3, 12) }, (_, n) => ({
    name: `J${n}`,
    lane: chance.pick(lanes).name,
    atMs: arrivingMs * chance.fraction(),
    priority: chance.happens(0.3) ? chance.whole(1, 9) : 0,
    ...(chance.happens(0.12) && {
      oddity: chance.happens(0.4) ? chance.pick(["hidden", "sleeper"] as const) : chance.pick(oddities),
    }),
  }));
}

function drawDrops(chance: Chance, lanes: readonly LaneScript[], arrivingMs: number): DropScript[] {
  const drops: DropScript[] = [];
  for (let n = 0; n < chance.whole(2, 5); n++) {
    const earlier = drops.at(-1);
    const again = earlier !== undefined && chance.happens(0.15) ? earlier : undefined;
    const lane = again?.lane ?? chance.pick(lanes).name;
    drops.push({
      name: `D${n}`,
      path: again?.path ?? `${lane}/ordner ${n}/Größe=${n}.jsonl`,
      lane,
      atMs: again === undefined ? arrivingMs * chance.fraction() : again.atMs + chance.magnitude(SECOND_MS, HOUR_MS),
      records: chance.whole(1, 12),
      broken: chance.happens(0.3) ? chance.whole(1, 2) : 0,
    });
  }
  return drops;
}

/** Of the drops of a key that is there some are its content once more, as repeated syncs and edits of metadata make them. */
function withCopies(chance: Chance, drops: readonly DropScript[]): DropScript[] {
  return drops.map((drop, n) => {
    const isAgain = drops.slice(0, n).some(({ path }) => path === drop.path);
    return isAgain && chance.happens(0.5) ? { ...drop, copies: true } : drop;
  });
}

function drawOthers(chance: Chance, lanes: readonly LaneScript[], healAtMs: number): OtherScript[] {
  if (chance.happens(0.5)) return [];
  return Array.from({ length: chance.whole(1, 8) }, (_, n) => ({
    name: `O${n}`,
    lane: chance.pick(lanes).name,
    atMs: healAtMs * chance.fraction(),
    lastsMs: chance.magnitude(MINUTE_MS, HOUR_MS),
  }));
}

function drawWindows(chance: Chance, healAtMs: number): Window[] {
  if (chance.happens(0.5)) return [];
  return Array.from({ length: chance.whole(1, 3) }, () => {
    // Most of them early, while there is work.
    const atMs = healAtMs * chance.fraction() ** 2;
    const lastsMs = chance.magnitude(30 * SECOND_MS, 90 * MINUTE_MS);
    return {
      kind: chance.happens(0.3) ? "denied" : chance.pick(windowKinds),
      atMs,
      lastsMs: Math.min(lastsMs, healAtMs - atMs),
    };
  });
}

/** Sweeps by hand, most of them while new work comes in. */
function drawSweeps(chance: Chance, { jobs, drops }: Script): number[] {
  if (chance.happens(0.5)) return [];
  const arrivals = [...jobs, ...drops];
  return Array.from({ length: chance.whole(1, 5) }, () => {
    const atMs = chance.pick(arrivals).atMs + chance.magnitude(10, MINUTE_MS);
    // Several at once: one sweep works with what the other has read.
    return Array.from({ length: chance.whole(1, 3) }, () => atMs + 3 * SECOND_MS * chance.fraction());
  }).flat();
}

/** One or two calls that go wrong far more often than others, so that every crash between two calls is met. */
function drawWeakSpots(chance: Chance, level: Script["level"]): WeakSpot[] {
  if (chance.happens(0.4)) return [];
  return Array.from({ length: chance.whole(1, 4) }, () => ({
    call: chance.pick(CALLS[level]),
    kind: chance.pick([...callFaults, "diesBefore", "diesAfter", "refused"] as const),
    rate: chance.magnitude(0.05, 0.7),
  }));
}

function drawBedrock(chance: Chance): BedrockScript {
  const share = (most: number) => (chance.happens(0.4) ? most * chance.fraction() : 0);
  return {
    jobsAPage: 1,
    conflictIsInvalid: chance.happens(0.5),
    tokenMs: chance.pick([24 * HOUR_MS, 10 * SECOND_MS, 10 * SECOND_MS]),
    longestMs: {
      validating: chance.magnitude(SECOND_MS, 5 * MINUTE_MS),
      scheduled: chance.magnitude(SECOND_MS, 10 * MINUTE_MS),
      running: chance.magnitude(10 * SECOND_MS, 40 * MINUTE_MS),
    },
    leastRunningMs: chance.pick([SECOND_MS / 10, SECOND_MS, 30 * MINUTE_MS]),
    ends: {
      failsAtOnce: share(0.6),
      failsLate: share(0.4),
      partial: share(0.4),
      expires: share(0.2),
      stops: share(0.2),
    },
  };
}

function drawRates(chance: Chance): Rates {
  if (chance.happens(0.1)) return {};
  const share = chance.fraction();
  const rates: Rates = {};
  for (const kind of Object.keys(mostLikely) as (keyof typeof mostLikely)[]) {
    const isOn = chance.happens(share);
    const rate = chance.magnitude(mostLikely[kind] / 30, mostLikely[kind]);
    if (isOn) rates[kind] = rate;
  }
  // Some worlds have a bus that loses everything.
  if (rates.eventLost !== undefined && chance.happens(0.15)) rates.eventLost = 1;
  return rates;
}

/** Drawn from a source of their own, so that older seeds keep the rest of their trouble. */
function drawOutputRates(chance: Chance): Rates {
  const rates: Rates = {};
  if (chance.happens(0.3)) return rates;
  for (const [kind, most] of Object.entries(likelyOfOutput)) {
    const isOn = chance.happens(0.4);
    const rate = chance.magnitude(most / 10, most);
    if (isOn) rates[kind as FaultKind] = rate;
  }
  return rates;
}
