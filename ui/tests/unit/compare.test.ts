import { cleanup, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";

import { aspectsOf, canInsist, emphasis, gradesOf, inWindow, placeOn, reachOf, shared, stopped, summary, wordsOf } from "../../src/compare";
import ComparedTable from "../../src/parts/ComparedTable.svelte";
import RatioBar from "../../src/parts/RatioBar.svelte";
import type { ComparisonView } from "../../src/messages/ComparisonView";
import type { PairView } from "../../src/messages/PairView";
import { hint, inOrder, newestTwo, ofItself, questionOf, toggled } from "../../src/picks";
import { hashOf, placeOf } from "../../src/route.svelte";
import { ab, abRow, allRefused, comparison, insisted, laterRow } from "../fixtures/comparisons";
import { seedRow, stoppedRow } from "../fixtures/runs";

afterEach(cleanup);

const of = (...pairs: (PairView | undefined)[]): ComparisonView => ({ margin: 0.03, pairs: pairs.filter((pair) => pair !== undefined), alone: [] });
const [slower, same, faster, open] = comparison.pairs;

describe("the answer in a sentence", () => {
  it("is the one pair's own", () => expect(summary(ab)).toBe(ab.pairs[0]?.answer));
  it("counts where models came out differently", () => expect(summary(of(slower, same, open, slower))).toBe("B against A with 4 models, by decode speed: 2 slower, 1 no difference, 1 can't tell."));
  it("says it plainly where they came out alike", () => expect(summary(of(faster, faster))).toBe("B is faster than A with all 2 models, by decode speed."));
  it("says when nothing may be compared", () => expect(summary(allRefused)).toBe("These two runs can't be compared."));
  it("lets the outcome stand out, with its count", () => expect(emphasis(of(slower, slower, same))).toContain("2 slower"));
});

describe("what every pair says", () => {
  it("is said once for all", () => expect(shared(allRefused.pairs, (pair) => pair.reasons, wordsOf).map((one) => one.aspect)).toEqual(["power", "machine"]));
  it("stays with the pair where there is only one", () => expect(shared(ab.pairs, (pair) => pair.remarks, (words) => words)).toEqual([]));
  it("is not what one pair alone says", () => expect(shared(comparison.pairs, (pair) => pair.reasons, wordsOf)).toEqual([]));
});

it("each aspect is insisted on once", () => expect(aspectsOf([...(allRefused.pairs[0]?.reasons ?? []), ...(allRefused.pairs[3]?.reasons ?? [])])).toEqual(["power", "machine", "grade"]));
it("where a side was not measured there is nothing to insist on", () => expect(allRefused.pairs.map(canInsist)).toEqual([true, true, true, false]));
it("grades are told in as few words as they need", () => expect([slower, open, allRefused.pairs[3]].map((pair) => pair && gradesOf(pair))).toEqual(["both grade A", "A grade A, B grade B", "A grade C, B not measured"]));
it("a sentence gets one full stop", () => expect(["a", "a.", "a?"].map(stopped)).toEqual(["a.", "a.", "a?"]));
it("what the terminal would have one type is said for the window", () => {
  const problem = { code: "nothing_in_common", what: "The two runs have no model in common.", detail: "", next_step: "Name a model of each: RUN:MODEL RUN:MODEL." };
  expect(inWindow(problem).next_step).toBe("Choose two runs that have measured the same model.");
  expect(inWindow({ ...problem, code: "disk_full" }).next_step, "others keep their own").toBe(problem.next_step);
});

describe("the interval bar", () => {
  it("reaches to a round change that holds every interval and the margin", () => {
    expect(reachOf(slower?.figures ?? [], 0.03)).toEqual({ low: -0.2, high: 0.2 });
    expect(reachOf([], 0.03)).toEqual({ low: -0.05, high: 0.05 });
    expect(reachOf(open?.figures ?? [], 0.03), "nothing loses more than all of itself").toEqual({ low: -1, high: 2 });
  });
  it("places a change between its ends, and none beyond", () => {
    const reach = { low: -0.2, high: 0.2 };
    expect([-0.3, -0.2, 0, 0.1, 0.5].map((change) => Number(placeOn(reach, change).toFixed(3)))).toEqual([0, 0, 0.5, 0.75, 1]);
  });
  it("draws the band where Rust's margin is", () => {
    const { container } = render(RatioBar, { ratio: { value: 0.9, low: 0.88, high: 0.92 }, margin: 0.03, reach: { low: -0.2, high: 0.2 }, tone: "bad" });
    const band = container.querySelector<HTMLElement>(".band");
    expect([band?.style.getPropertyValue("--from"), band?.style.getPropertyValue("--to")].map(Number).map((at) => Number(at.toFixed(3)))).toEqual([0.425, 0.575]);
    expect(container.querySelector(".track")?.getAttribute("aria-hidden"), "its figures stand beside it in words").toBe("true");
  });
});

it("a figure shows both medians, the change, and its verdict in words", () => {
  render(ComparedTable, { figures: slower?.figures ?? [], margin: 0.03, labelledby: "x" });
  const row = screen.getByRole("row", { name: /Response/ }).textContent.replaceAll("\u202f", " ");
  for (const words of ["1.12 s", "1.25 s", "+11.2 %", "+6.2 to +16.2 %", "n 10", "slower", "large effect"]) expect(row).toContain(words);
});

it("one trial has no interval", () => {
  render(ComparedTable, { figures: insisted.pairs[4]?.figures ?? [], margin: 0.03, labelledby: "x" });
  expect(screen.getAllByRole("cell")[0]?.textContent).toMatch(/0\.520.*n 1.*1 trial/);
  expect(screen.getAllByRole("cell")[0]?.textContent).not.toContain("interval");
});

describe("ticks", () => {
  const runs = [abRow, laterRow, seedRow, stoppedRow];
  it("a third takes the place of the first", () => {
    expect(toggled(["r-1", "r-5"], "r-2")).toEqual(["r-5", "r-2"]);
    expect(toggled(["r-1", "r-5"], "r-1"), "a second press unticks").toEqual(["r-5"]);
  });
  it("the older run is A, whichever was ticked first", () => expect(questionOf(inOrder(["r-5", "r-1"], runs))).toEqual({ a: "r-1", b: "r-5", asked: [] }));
  it("a run that is gone counts no more", () => expect(questionOf(inOrder(["r-1", "gone"], runs))).toBeNull());
  it("only a run of A against B is a question by itself", () => {
    expect(questionOf([abRow])).toEqual({ a: "r-6", b: null, asked: [] });
    expect(questionOf([seedRow])).toBeNull();
  });
  it("the hint says what is missing", () => {
    expect(hint([], 1)).toBe("Comparing needs two runs.");
    expect(hint([], 4)).toBe("Tick two runs to compare them.");
    expect(hint([seedRow], 4)).toBe("Tick one more run to compare the two.");
    expect(hint([abRow], 4)).toContain("compare its two sides");
  });
  it("the newest two leave out runs that hold nothing", () => {
    expect(newestTwo([{ ...laterRow, rungs_done: 0 }, seedRow, stoppedRow])).toEqual({ a: "r-2", b: "r-1", asked: [] });
    expect(newestTwo([seedRow])).toBeNull();
    expect(ofItself(runs)?.a).toBe("r-6");
  });
});

describe("the address of a comparison", () => {
  it.each([
    [{ a: "r-1", b: "r-5", asked: [] }, "#/compare/r-1/r-5"],
    [{ a: "r-6", b: null, asked: [] }, "#/compare/r-6"],
    [{ a: "r-1", b: "r-5", asked: ["grade", "power"] }, "#/compare/r-1/r-5/grade%2Cpower"],
    [{ a: "r/1:a b", b: null, asked: ["grade"] }, "#/compare/r%2F1%3Aa%20b//grade"],
  ])("%o stands in %s and comes back from it", (compared, hash) => {
    expect(hashOf(compared)).toBe(hash);
    expect(placeOf(hash)).toEqual({ screen: "compare", run: null, task: null, compared });
  });
  it("is none before runs are chosen", () => expect(placeOf("#/compare").compared).toBeNull());
});
