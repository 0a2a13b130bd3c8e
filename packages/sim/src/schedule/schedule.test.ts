import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Agenda } from "./agenda.ts";
import { Chance } from "./chance.ts";

describe("the agenda", () => {
  test("goes by time, and at the same time by age", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9)), async (times) => {
        const agenda = new Agenda(0);
        const happened: [number, number][] = [];
        for (const [n, time] of times.entries()) agenda.at(time, "work", () => void happened.push([agenda.now, n]));
        expect(agenda.underWay).toBe(times.length);
        for (let act = agenda.next(); act !== undefined; act = agenda.next()) await act();
        const expected = times.map((time, n) => [time, n] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(happened).toEqual(expected);
        expect(agenda.underWay).toBe(0);
      }),
    );
  });

  test("never goes back: what should have happened happens now", () => {
    const agenda = new Agenda(100);
    agenda.at(5, "world", () => {});
    agenda.next();
    expect(agenda.now).toBe(100);
  });

  test("tells work from what is meant to come later and from the world's own", () => {
    const agenda = new Agenda(0);
    agenda.at(1, "later", () => {});
    agenda.at(2, "world", () => {});
    expect([agenda.underWay, agenda.later]).toEqual([0, 1]);
    agenda.next();
    expect(agenda.later).toBe(0);
  });
});

describe("chance", () => {
  const draws = (chance: Chance) => Array.from({ length: 20 }, () => chance.fraction());

  test("repeats itself for the same seed and name, and for no other", () => {
    expect(draws(new Chance(1, "a"))).toEqual(draws(new Chance(1, "a")));
    expect(draws(new Chance(1, "a"))).not.toEqual(draws(new Chance(1, "b")));
    expect(draws(new Chance(1, "a"))).not.toEqual(draws(new Chance(2, "a")));
  });

  test("is even over seeds: the first draw of ten thousand falls into each tenth about as often", () => {
    const tenths = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 10_000; seed++) {
      const tenth = Math.floor(new Chance(seed, "x").fraction() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  test("stays within what it is asked for", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), fc.nat(50), (seed, least, more) => {
        const chance = new Chance(seed, "range");
        const whole = chance.whole(least, least + more);
        const magnitude = chance.magnitude(least, least + more);
        expect(whole).toBeGreaterThanOrEqual(least);
        expect(whole).toBeLessThanOrEqual(least + more);
        expect(magnitude).toBeGreaterThanOrEqual(least);
        expect(magnitude).toBeLessThanOrEqual(least + more);
      }),
    );
  });
});
