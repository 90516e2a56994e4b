import { cleanup, render, screen } from "@testing-library/svelte";
import { createRawSnippet } from "svelte";
import { afterEach, describe, expect, it } from "vitest";

import { fromLive, fromPlan } from "../../src/ladder";
import Gauge from "../../src/parts/Gauge.svelte";
import Ladder from "../../src/parts/Ladder.svelte";
import ProblemNote from "../../src/parts/ProblemNote.svelte";
import RungTable from "../../src/parts/RungTable.svelte";
import { live, troubledLive } from "../fixtures/live";
import { noOllama } from "../fixtures/machine";
import { classicPlan } from "../fixtures/plans";
import { seedRun } from "../fixtures/runs";

afterEach(cleanup);

const note = createRawSnippet<[number]>((index) => ({ render: () => `<span>note ${index()}</span>` }));

describe("the ladder", () => {
  it("reads from small to large, and says each rung's speed in words", () => {
    render(Ladder, { rungs: classicPlan.rungs.map(fromPlan), note, label: "Rungs" });
    const rungs = screen.getAllByRole("listitem");
    expect(rungs).toHaveLength(6);
    expect(rungs[0]?.textContent).toContain("expected 74–92 tokens per second");
    expect(rungs[5]?.textContent, "unknown is said, and is not zero").toContain("speed not known yet");
  });
  it("marks the current rung for a screen reader as well", () => {
    render(Ladder, { rungs: live.rungs.map((rung, index) => fromLive(rung, index === live.current)), note, label: "Rungs" });
    const current = screen.getAllByRole("listitem").filter((rung) => rung.getAttribute("aria-current") === "step");
    expect(current.map((rung) => rung.textContent)).toEqual([expect.stringContaining("codellama:13b")]);
  });
  it("draws the longest bar to the full, and the others as its share", () => {
    render(Ladder, { rungs: live.rungs.map((rung) => fromLive(rung, false)), note, label: "Rungs" });
    const shares = [...document.querySelectorAll<HTMLElement>(".bar")].map((bar) => Number(bar.style.getPropertyValue("--at")).toFixed(3));
    expect(shares).toEqual(["1.000", "0.659", "0.378", "0.108"]);
  });
  it("gives a failed rung a hatched bar even where nothing was measured", () => {
    render(Ladder, { rungs: troubledLive.rungs.slice(1, 2).map((rung) => fromLive(rung, false)), note, label: "Rungs" });
    expect(document.querySelectorAll(".fail .bar")).toHaveLength(1);
  });
});

describe("a gauge", () => {
  it("says that a sensor is not readable, and shows no zero", () => {
    const { container } = render(Gauge, { label: "Hottest", now: null, values: [null, null] });
    expect(container.textContent).toContain("not readable");
    expect(container.textContent).not.toContain("0");
  });
  it("draws a line through known readings alone", () => {
    const { container } = render(Gauge, { label: "CPU", now: ["38", "%"], values: [10, null, 30], full: 100 });
    const line = container.querySelector("path:not(.area)")?.getAttribute("d") ?? "";
    expect(line.split("L"), "the missing reading is left out, not drawn as zero").toHaveLength(2);
  });
});

it("a problem shows what happened, the number, and the next step", () => {
  render(ProblemNote, { problem: noOllama });
  const text = screen.getByRole("alert").textContent;
  for (const part of [noOllama.what, noOllama.detail, noOllama.next_step]) expect(text).toContain(part);
});

it("one trial has no spread: it is not shown as ±0", () => {
  const rungs = seedRun.rungs.slice(0, 1).map((rung) => ({ ...rung, decode_tps: { median: 2.27, low: 2.27, high: 2.27, n: 1 } }));
  render(RungTable, { rungs });
  const cell = screen.getAllByRole("cell")[0]?.textContent ?? "";
  expect(cell).toContain("n 1");
  expect(cell).not.toContain("±");
});
