import type { Lane } from "@sluice/core";
import { checkFolders } from "../invariants/kept.ts";
import { checkRecords, unfinishedDrops } from "../invariants/records.ts";
import { checkRest, unfinishedJobs } from "../invariants/rest.ts";
import { Violation } from "../invariants/violation.ts";
import { BEGIN, HOUR_MS, type Script } from "../script/script.ts";
import { Simulation, STAGE } from "./simulation.ts";

/** More steps than any run needs: one that takes them goes in circles. */
const MOST_STEPS = 200_000;
/** So long after all faults are over everything is settled: two daily passes and a dozen probes of a failing lane. */
const MOST_AFTER_HEALING_MS = 72 * HOUR_MS;
/** How often a computing instance is waited for: real work between two calls, such as compiling, takes a few rounds. */
const MOST_ROUNDS = 1_000_000;

/** What became of a run. */
export interface Report {
  script: Script;
  steps: number;
  /** The faults that struck, by name. */
  faults: readonly string[];
  /** Everything that happened, line by line. */
  lines: readonly string[];
  /** The virtual time that it took, in milliseconds. */
  tookMs: number;
  violation?: Violation;
}

/** Runs a script to the end, or to the first broken promise. */
export async function run(script: Script): Promise<Report> {
  const simulation = new Simulation(script);
  const { agenda, faults, history } = simulation;
  let steps = 0;
  let violation: Violation | undefined;
  try {
    while (!(await step(simulation)))
      if (++steps > MOST_STEPS) throw new Violation("the run ends", `It took more than ${MOST_STEPS} steps.`);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error;
    history.note(`BROKEN ${error.promise}: ${simulation.names.shorten(error.message)}`);
  }
  const report = { script, steps, faults: faults.struck, lines: history.lines, tookMs: agenda.now - BEGIN };
  return violation === undefined ? report : { ...report, violation };
}

/** Lets the next thing happen and looks at what it left behind; true once all is settled. */
async function step(simulation: Simulation): Promise<boolean> {
  const { agenda, functions, trouble, script } = simulation;
  const act = agenda.next();
  if (act === undefined) throw new Error("The agenda is empty although sweeps go on for ever.");
  await act();
  await quiet(simulation);
  trouble.look();
  if (simulation.broken !== undefined) throw simulation.broken;
  const healAt = BEGIN + script.healAtMs;
  if (agenda.now > healAt + MOST_AFTER_HEALING_MS) throw await neverSettled(simulation);
  if (!functions.isQuiet || agenda.underWay > 0) return false;
  const isCalm = agenda.later > 0;
  const { store } = simulation;
  const { now } = agenda;
  const { bedrock, blocks } = simulation;
  const outlivedEnd = (lane: Lane) => blocks.outlives(lane.lane);
  const known = { owes: trouble.owes, hadTrouble: trouble.isRecent, outlivedEnd, isCalm };
  await checkRest({ store, bedrock, now, ...known });
  if (isCalm || now <= healAt || (await leftovers(simulation)).length > 0) return false;
  await checkRecords(ledgerOf(simulation));
  simulation.kept.check();
  const found = await Promise.all(simulation.drops.map(({ submissionId }) => store.submissions.get(submissionId)));
  checkFolders(simulation.objects, simulation.drops, found);
  return true;
}

/** Waits until everything that computes waits for its turn again. */
export async function quiet({ functions }: Simulation): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!functions.isBusy) return;
  }
  throw new Error("A function waits for something that is no port: the simulation cannot go on.");
}

async function leftovers(simulation: Simulation): Promise<string[]> {
  const { store, script, jobIds } = simulation;
  const jobs = await unfinishedJobs(store, jobIds);
  return script.level === "queue" ? jobs : [...jobs, ...(await unfinishedDrops(ledgerOf(simulation)))];
}

async function neverSettled(simulation: Simulation): Promise<Violation> {
  const left = await leftovers(simulation);
  const hours = MOST_AFTER_HEALING_MS / HOUR_MS;
  return new Violation("all settled", `${hours} hours after all faults were over: ${left.join("; ") || "no rest"}.`);
}

function ledgerOf({ store, objects, output, drops, script }: Simulation) {
  return { stage: STAGE, store, objects, output, drops, restores: script.restores };
}
