import { describe, expect, it } from "vitest";

import { announcement } from "../../src/announce";
import { fitDetail, fromLive, fromPlan, liveNote, longest, trialOf } from "../../src/ladder";
import type { LiveView } from "../../src/messages/LiveView";
import { live, troubledLive } from "../fixtures/live";
import { classicPlan, longPlan } from "../fixtures/plans";

const plain = (text: string | null) => text?.replaceAll("\u202f", " ") ?? null;
const at = <T>(list: T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`the fixture has no item ${index}`);
  return item;
};

describe("a planned rung", () => {
  it("is dashed where a speed is expected, and has no bar where none is known", () => {
    expect(fromPlan(at(classicPlan.rungs, 0))).toMatchObject({ expected: [74, 92], measured: null, label: "74–92" });
    expect(fromPlan(at(classicPlan.rungs, 5))).toMatchObject({ expected: null, label: null });
  });
  it("gives the room of a quantization in its name to the name", () => {
    expect(fromPlan(at(longPlan.rungs, 0)).name).not.toContain("Q4_K_M");
    expect(fromPlan(at(longPlan.rungs, 0)).meta).toContain("Q4_K_M");
  });
});

describe("what explains a fit", () => {
  it("does not say the chip's word again", () => expect(fitDetail("fits: about 1.64 GiB of 22.0 GiB free", "fits")).toBe("about 1.64 GiB of 22.0 GiB free"));
  it("is nothing where the chip says it all", () => expect(fitDetail("fits", "fits")).toBeNull());
  it("stays whole where it begins otherwise", () => expect(fitDetail("9 of 40 layers spill to RAM", "tight")).toBe("9 of 40 layers spill to RAM"));
});

describe("a live rung", () => {
  it("shows what the plan expected until it is measured", () => {
    expect(fromLive(at(live.rungs, 4), false, [3, 5])).toMatchObject({ expected: [3, 5], label: "3–5" });
    expect(fromLive(at(live.rungs, 1), false, [3, 5]).expected).toBeNull();
  });
  it("shows its drop against the rung below once it is measured", () => {
    const rung = fromLive(at(live.rungs, 1), false);
    expect(rung).toMatchObject({ look: "done", measured: 54.67, label: "54.7" });
    expect(plain(rung.aside)).toBe("−34 %");
  });
  it("shows the margin so far while it is measured", () => expect(fromLive(at(live.rungs, 3), true)).toMatchObject({ look: "now", aside: "so far, ±0.4" }));
  it("keeps its share of answers when it failed", () => expect(fromLive(at(troubledLive.rungs, 0), false)).toMatchObject({ look: "fail", aside: "1 of 5 answered" }));
  it("has no figure where nothing was measured: unknown is never zero", () => expect(fromLive(at(troubledLive.rungs, 1), false)).toMatchObject({ measured: null, label: null }));
  it("tells its pull's share, speed and time left", () => expect(plain(liveNote(at(troubledLive.rungs, 3)))).toBe("62 % · 41 MB/s · 9 s left"));
  it("counts its trials against the fewest and the most there may be", () => expect(trialOf(at(live.rungs, 3))).toBe("3 of 5–20"));
});

it("the longest bar is the largest figure, expected or measured", () => {
  expect(longest(classicPlan.rungs.map(fromPlan))).toBe(92);
  expect(longest([]), "an empty ladder has no scale").toBe(0);
});

describe("announcements", () => {
  const with_ = (change: Partial<LiveView>): LiveView => ({ ...live, ...change });

  it("a tick is silent", () => expect(announcement(live, with_({ progress: 0.57, samples: [] }))).toBeNull());
  it("a rung's beginning is said", () => expect(announcement(live, with_({ current: 4 }))).toBe("Rung 5 of 6, gpt-oss:20b, begins."));
  it("a rung's result is said with its speed", () => {
    const rungs = live.rungs.map((rung, index) => (index === 3 ? { ...rung, state: "measured" } : rung));
    expect(announcement(live, with_({ rungs }))).toBe("Rung 4, codellama:13b: 8.96 tokens per second.");
  });
  it("a rung's failure is said with its cause", () => {
    const rungs = live.rungs.map((rung, index) => (index === 3 ? { ...rung, state: "failed", problem: { code: "stalled", what: "No output came.", detail: "", next_step: "" } } : rung));
    expect(announcement(live, with_({ rungs }))).toBe("Rung 4, codellama:13b, failed. No output came.");
  });
  it("the first look tells where the climb stands, and not what went before", () => expect(announcement(null, live)).toBe("Rung 4 of 6, codellama:13b, begins."));
  it("a pause is said once", () => {
    expect(announcement(live, with_({ state: "paused" }))).toBe("Paused.");
    expect(announcement(with_({ state: "paused" }), with_({ state: "paused" }))).toBeNull();
  });
});
