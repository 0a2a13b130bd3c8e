import type { Bookmarks, Jobs, Lanes, Queue, Store, Submissions } from "@sluice/core";
import { describe } from "vitest";
import { jobDoors } from "./job-events.ts";
import { laneDoors } from "./lane-events.ts";
import { type MakePort, portTest } from "./port-fixture.ts";
import { bookmarkPromises } from "./store-bookmarks.ts";
import { jobPromises } from "./store-jobs.ts";
import { lanePromises, slotPromises } from "./store-lanes.ts";
import { jobPages, submissionPages } from "./store-pages.ts";
import { queuePromises, queueStories } from "./store-queue.ts";
import { jobRaces, laneRaces, submissionRaces } from "./store-races.ts";
import { submissionPromises } from "./store-submissions.ts";
import { transitionPromises } from "./store-transitions.ts";
import { submissionDoors } from "./submission-events.ts";

/** Makes an empty store; `close` is called when its test is over. */
export type MakeStore = () => Promise<{ store: Store; close?(): Promise<void> }>;

/** Everything that `Lanes` promises. */
function laneConformance(makeLanes: MakePort<Lanes>, raceRounds: number): void {
  const promise = portTest(makeLanes);
  lanePromises(promise);
  slotPromises(promise);
  transitionPromises(makeLanes, laneDoors);
  laneRaces(promise, raceRounds);
}

/** Everything that `Queue` promises. */
function queueConformance(makeQueue: MakePort<Queue>): void {
  queuePromises(portTest(makeQueue));
  queueStories(makeQueue);
}

/** Everything that `Jobs` promises. */
function jobConformance(makeJobs: MakePort<Jobs>): void {
  const promise = portTest(makeJobs);
  jobPromises(promise);
  jobPages(promise);
  transitionPromises(makeJobs, jobDoors);
  jobRaces(promise);
}

/** Everything that `Submissions` promises. */
function submissionConformance(makeSubmissions: MakePort<Submissions>): void {
  const promise = portTest(makeSubmissions);
  submissionPromises(promise);
  submissionPages(promise);
  transitionPromises(makeSubmissions, submissionDoors);
  submissionRaces(promise);
}

/** Everything that `Bookmarks` promises. */
function bookmarkConformance(makeBookmarks: MakePort<Bookmarks>): void {
  bookmarkPromises(portTest(makeBookmarks));
}

/**
 * Everything that the ports of `Store` promise, as tests: a suite for each. Each test makes a store of its own.
 *
 * @param raceRounds how often 50 dispatchers race for 3 slots; fewer only where a server is too slow for a thousand
 */
export function storeConformance(name: string, makeStore: MakeStore, { raceRounds = 1_000 } = {}): void {
  const portOf =
    <Name extends keyof Store>(port: Name): MakePort<Store[Name]> =>
    async () => {
      const { store, close } = await makeStore();
      return { port: store[port], ...(close !== undefined && { close }) };
    };
  describe(`${name} as lanes:`, () => laneConformance(portOf("lanes"), raceRounds));
  describe(`${name} as queue:`, () => queueConformance(portOf("queue")));
  describe(`${name} as jobs:`, () => jobConformance(portOf("jobs")));
  describe(`${name} as submissions:`, () => submissionConformance(portOf("submissions")));
  describe(`${name} as bookmarks:`, () => bookmarkConformance(portOf("bookmarks")));
}
