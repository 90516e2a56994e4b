// Comparing, from two ticks in History to the file that is saved.
import type { Page } from "@playwright/test";

import { callsOf } from "../fake-tauri";
import * as worlds from "../fixtures/worlds";
import { expect, test } from "./open";

const tick = (page: Page, when: RegExp) => page.getByRole("checkbox", { name: when }).first();

test("two ticked runs are compared, the older as A, by keyboard alone", async ({ open }) => {
  const page = await open(worlds.compareWorld, "history");
  const button = page.getByRole("button", { name: "Compare", exact: true });
  await expect(button).toBeDisabled();
  await expect(page.getByText("Tick two runs to compare them.")).toBeVisible();
  await tick(page, /12 Sept/).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("Tick one more run to compare the two.")).toBeVisible();
  await expect(button, "one run alone is no question").toBeDisabled();
  await tick(page, /9 Sept/).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("A: 9 Sept 2025, 09:30. B: 12 Sept 2025, 19:02.")).toBeVisible();
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle("Compare · Toprung");
  expect((await callsOf(page, "query_comparison"))[0]?.args, "B is seen from what was before").toEqual({ a: "r-1", b: "r-5", asked: [] });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("B against A with 5 models, by decode speed: 1 faster, 1 slower, 1 no difference, 1 can't tell, 1 not compared.");
});

test("a third tick takes the place of the first, and says so", async ({ open }) => {
  const page = await open(worlds.compareWorld, "history");
  for (const when of [/12 Sept/, /9 Sept/, /8 Sept/]) await tick(page, when).check();
  await expect(tick(page, /12 Sept/)).not.toBeChecked();
  await expect(page.getByRole("status").filter({ hasText: "A: 8 Sept 2025, 18:05. B: 9 Sept 2025, 09:30." })).toBeVisible();
});

test("a run that is deleted is ticked no more", async ({ open }) => {
  const page = await open(worlds.compareWorld, "history");
  for (const when of [/12 Sept/, /9 Sept/]) await tick(page, when).check();
  await page.getByRole("button", { name: /Delete the run of 12 Sept/ }).click();
  await expect(page.getByRole("button", { name: "Compare", exact: true })).toBeDisabled();
});

test("every figure stands with its interval, its trials and its verdict in words", async ({ open }) => {
  const page = await open(worlds.compareWorld, "compare/r-1/r-5");
  const pair = page.getByRole("region", { name: /llama3.2:1b/ });
  const row = pair.getByRole("row", { name: /Decode speed/ });
  for (const words of ["83.0", "74.6", "tok/s", "−10.1", "−11.3 to −8.9", "10 trials", "slower", "large effect"]) await expect(row).toContainText(words);
  await expect(page.getByRole("region", { name: /llama3.2:3b/ }).getByRole("row", { name: /Response/ })).toContainText("can't tell");
  await expect(page.getByRole("region", { name: /codellama:13b/ })).toContainText("measure them against each other, in 20 turns or more");
  await expect(page.getByRole("region", { name: "Without a partner" })).toContainText("gemma3:4b is in B alone.");
  await expect(page.getByText("For every model: the engine's version differs"), "what every pair notes is said once").toHaveCount(1);
});

test("A and B are swapped, and the focus stays on the button", async ({ open }) => {
  const page = await open(worlds.compareWorld, "compare/r-1/r-5");
  await page.getByRole("button", { name: "Swap A and B" }).press("Enter");
  await expect(page.getByRole("region", { name: /llama3.2:1b/ }).getByRole("row", { name: /Decode speed/ })).toContainText("faster");
  expect((await callsOf(page, "query_comparison")).at(-1)?.args).toEqual({ a: "r-5", b: "r-1", asked: [] });
  await expect(page.getByRole("button", { name: "Swap A and B" })).toBeFocused();
});

test("a refused pair gives its reasons, is compared when a person insists, and can be refused again", async ({ open }) => {
  const page = await open(worlds.compareWorld, "compare/r-1/r-5");
  const pair = page.getByRole("region", { name: /gpt-oss:20b/ });
  await expect(pair).toContainText("A is of grade C, not to be compared: 1 of 5 answered.");
  await pair.getByRole("button", { name: "Compare anyway" }).click();
  await expect(pair.getByRole("row", { name: /Decode speed/ })).toContainText("can't tell");
  await expect(pair).toContainText("Compared although A is of grade C");
  await expect(pair.getByRole("heading"), "the pressed button is gone").toBeFocused();
  await page.reload();
  await expect(pair.getByRole("row", { name: /Decode speed/ }), "the address keeps what was insisted on").toBeVisible();
  await pair.getByRole("button", { name: "Compare only what is alike" }).click();
  await expect(pair.getByRole("button", { name: "Compare anyway" })).toBeVisible();
});

test("what stands against every pair is said once, and insisted on once", async ({ open }) => {
  const page = await open(worlds.refusedWorld, "compare/r-1/r-5");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("These two runs can't be compared.");
  await expect(page.getByText("The processors differ: i9-14900HX and Ryzen 7 7840U.")).toHaveCount(1);
  await page.getByRole("button", { name: "Compare anyway" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("1 faster, 1 slower, 1 no difference, 1 not compared");
  expect((await callsOf(page, "query_comparison")).at(-1)?.args["asked"]).toEqual(["power", "machine"]);
  await expect(page.getByRole("button", { name: /Compare anyway/ }), "where a side was not measured, there is nothing to insist on").toHaveCount(0);
});

test("a run of A against B is compared with itself, from History and from its results", async ({ open }) => {
  const page = await open(worlds.compareWorld, "history");
  await tick(page, /13 Sept/).check();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("8 threads is slower than A");
  expect((await callsOf(page, "query_comparison"))[0]?.args).toEqual({ a: "r-6", b: null, asked: [] });
  await expect(page.getByRole("button", { name: "Swap A and B" }), "its sides have their letters from the measurement").toHaveCount(0);
  await page.goto("/#/results/r-6");
  await page.getByRole("button", { name: "Compare A with B" }).click();
  await expect(page).toHaveTitle("Compare · Toprung");
});

test("Results leads to History with its run ticked", async ({ open }) => {
  const page = await open(worlds.compareWorld, "results/r-1");
  await page.getByRole("button", { name: "Compare…" }).click();
  await expect(tick(page, /9 Sept/)).toBeChecked();
  await expect(page.getByText("Tick one more run to compare the two.")).toBeVisible();
});

test("the comparison is saved as JSON, as it is asked", async ({ open }) => {
  const page = await open(worlds.compareWorld, "compare/r-1/r-5/grade");
  await page.getByRole("button", { name: "Export JSON…" }).click();
  await expect(page.getByText("Saved as /home/me/toprung-comparison.json")).toBeVisible();
  expect((await callsOf(page, "save_comparison"))[0]?.args).toEqual({ a: "r-1", b: "r-5", asked: ["grade"] });
});

test("without two runs the screen says so and leads on", async ({ open }) => {
  const page = await open(worlds.onlyRunWorld, "compare");
  await expect(page.getByRole("heading", { name: "A comparison needs two runs" })).toBeVisible();
  await page.getByRole("button", { name: "Start another climb" }).click();
  await expect(page).toHaveTitle("Climb · Toprung");
});

test("the palette compares the newest two, and swaps them", async ({ open }) => {
  const page = await open(worlds.compareWorld);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("newest two");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await callsOf(page, "query_comparison"))[0]?.args).toEqual({ a: "r-5", b: "r-6", asked: [] });
  await expect(page.getByRole("button", { name: "Swap A and B" })).toBeVisible();
  expect(await callsOf(page, "query_comparison"), "one question is asked once").toHaveLength(1);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("swap");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await callsOf(page, "query_comparison")).at(-1)?.args).toEqual({ a: "r-6", b: "r-5", asked: [] });
});

test("a question that Rust refuses leads back to History", async ({ open }) => {
  const page = await open({ ...worlds.compareWorld, failures: { query_comparison: worlds.nothingInCommon } }, "compare/r-1/r-5");
  await expect(page.getByRole("alert")).toContainText("Choose two runs that have measured the same model.");
  await page.getByRole("button", { name: "Choose runs in History" }).click();
  await expect(page).toHaveTitle("History · Toprung");
});

test("twelve long names fit the smallest window", async ({ open }) => {
  const page = await open(worlds.longCompareWorld, "compare/r-1/r-5");
  await page.setViewportSize({ width: 800, height: 560 });
  await page.getByRole("heading", { level: 1 }).waitFor();
  const over = await page.evaluate(() => (document.querySelector("main")?.scrollWidth ?? 0) - (document.querySelector("main")?.clientWidth ?? 0));
  expect(over, "the screen must not scroll sideways").toBe(0);
});
