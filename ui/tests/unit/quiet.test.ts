import { describe, expect, it } from "vitest";

import type { LiveView } from "../../src/messages/LiveView";
import { canWait, isTimed, quietMs } from "../../src/quiet";
import { live } from "../fixtures/live";
import { laptop, noOllama } from "../fixtures/machine";

const at = (current: number, part: Partial<LiveView> = {}): LiveView => ({ ...live, current, ...part });

describe("drawing while a trial is timed", () => {
  it("is as seldom as the machine draws slowly", () => {
    expect(quietMs(laptop)).toBe(1_000);
    expect(quietMs({ ...laptop, gpus: [] })).toBe(10_000);
    expect(quietMs(null), "not known yet").toBe(10_000);
  });

  it("knows which states are timed", () => {
    expect(isTimed(live)).toBe(true);
    expect(isTimed(at(4)), "a rung that waits").toBe(false);
    expect(isTimed({ ...live, state: "paused" })).toBe(false);
    expect(isTimed(null)).toBe(false);
  });

  it("lets a further trial of the same rung wait, and nothing else", () => {
    expect(canWait(live, { ...live, progress: 0.9 })).toBe(true);
    for (const [fact, shown, newer] of [
      ["another run", live, { ...live, run: "r-2" }],
      ["the next rung", live, at(4)],
      ["a pause that was asked for", live, { ...live, state: "pausing" }],
      ["the drift check", live, { ...live, checking_drift: true }],
      ["a problem", live, { ...live, problem: noOllama }],
      ["a problem that is over", { ...live, problem: noOllama }, live],
      ["nothing shown before", null, live],
    ] as [string, LiveView | null, LiveView][])
      expect(canWait(shown, newer), fact).toBe(false);
  });
});
