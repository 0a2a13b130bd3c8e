const CORE = "packages/core/src/";
/** The transitions are conditions of the stores as well, and their conformance says that these agree. */
const STORE = "packages/testing/src/memory/store.test.ts";

/**
 * The tests that are tried on a change in a room besides those that lie in it: of the rooms above, those that are about
 * what the room is for. All of them would notice a little more, and take a day.
 */
const above: Readonly<Record<string, readonly string[]>> = {
  errors: ["objects/*", "moves/collect", "intake/prepare"],
  ids: ["slots/*", "moves/repeated", "moves/foreign", "bucket/*"],
  bucket: ["settling/settle-edges", "moves/results-folder", "moves/plan-drops"],
  model: ["records/*"],
  settings: ["moves/settings-change"],
  job: ["slots/*", STORE],
  submission: ["results/*", "moves/collect", STORE],
  lane: ["slots/*", "moves/advance", STORE],
  timings: ["moves/clocks", "moves/wake", "slots/*"],
  ports: ["moves/wake"],
  rules: ["slots/*", "moves/clocks", STORE],
  objects: ["intake/prepare", "intake/prepare-writing", "settling/settle"],
  records: ["intake/prepare", "intake/scan", "intake/refusals", "settling/*"],
  intake: ["moves/plan-drops", "moves/folder-input"],
  settling: ["moves/folder-input"],
  results: ["moves/results-folder", "moves/restore", "moves/collect"],
  slots: ["moves/*"],
};

/** The files, as globs from the root, that a run over a room of the core changes. */
export function sourcesOf(room: string): string[] {
  return [`${CORE}${room}.ts`, `${CORE}${room}/**/*.ts`, `!${CORE}**/*.test.ts`, `!${CORE}**/*-stories.ts`];
}

/** The files of tests, as globs from the root, that a run over a room of the core tries. */
export function testsOf(room: string): string[] {
  const others = (above[room] ?? []).map((test) => (test === STORE ? test : `${CORE}${test}.test.ts`));
  return [`${CORE}${room}.test.ts`, `${CORE}${room}/**/*.test.ts`, ...others];
}
