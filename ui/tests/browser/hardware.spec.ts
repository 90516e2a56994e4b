// The Hardware screen: gauges, checks, stress tests from Start to their stored verdict.
import { callsOf, emit } from "../fake-tauri";
import { bareSample, sample, troubledSample } from "../fixtures/live";
import { downloading, rows, sustaining } from "../fixtures/stress";
import * as worlds from "../fixtures/worlds";
import { expect, test } from "./open";

test("7 opens it, and its first words are the answer", async ({ open }) => {
  const page = await open(worlds.laptopWorld);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("7");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("3 of 6 checks pass on this machine");
  await expect(page.getByText("Headroom for the next rung fails.")).toBeVisible();
});

test("the gauges follow the sensors while the screen is open, and no longer", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "hardware");
  const gauges = page.getByRole("region", { name: "This machine now" });
  await expect(gauges).not.toContainText("not readable", { timeout: 1_000 });
  await expect.poll(async () => (await callsOf(page, "start_sensors")).length).toBe(1);
  await emit(page, "start_sensors", sample(1));
  await expect(gauges).toContainText("of 8 GiB");
  await emit(page, "start_sensors", troubledSample(2));
  await expect(gauges).toContainText("throttling");
  await page.getByRole("link", { name: /Results/ }).click();
  await expect.poll(async () => (await callsOf(page, "cancel_sensors")).length).toBe(1);
});

test("a sensor that is missing says why on its gauge, and how to mend it in the table", async ({ open }) => {
  const page = await open(worlds.bareWorld, "hardware");
  await expect.poll(async () => (await callsOf(page, "start_sensors")).length).toBe(1);
  for (const at of [1, 2]) await emit(page, "start_sensors", bareSample(at));
  const gauges = page.getByRole("region", { name: "This machine now" });
  await expect(gauges).toContainText("no driver shows a temperature");
  await expect(gauges, "no gauge of what the machine has not").not.toContainText("GPU");
  await expect(page.getByRole("region", { name: /Sensors/ })).toContainText("sudo sensors-detect");
});

test("a climb has its own readings: the sensors are not read twice", async ({ open }) => {
  const page = await open(worlds.liveWorld, "hardware");
  await expect(page.getByRole("region", { name: "This machine now" })).toContainText("of 32 GiB");
  expect(await callsOf(page, "start_sensors")).toEqual([]);
  await expect(page.getByRole("button", { name: "Start: Sustained load" })).toBeDisabled();
  await expect(page.getByText("A climb is running: they wait until it has ended")).toBeVisible();
});

test("Enter starts the test that is missing, and its verdict opens when it ends", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "hardware");
  await expect(page.getByRole("button", { name: "Start: Concurrent download" })).toBeEnabled();
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await callsOf(page, "start_stress")).at(-1)?.args["choice"]).toMatchObject({ kind: "download", engine: "llama", models: [] });
  await expect(page.getByRole("heading", { name: "Sustained load: working" })).toBeVisible();
  await emit(page, "start_stress_watch", { event: "changed", live: { ...sustaining, samples: [], doing: "watching the machine cool down", progress: 0.95 } });
  await expect(page.getByRole("heading", { name: "Sustained load: watching the machine cool down" })).toBeVisible();
  await emit(page, "start_stress_watch", { event: "ended", test: "t-3", verdict: "fail", headline: "It kept 81.2 %.", problem: null });
  await expect(page.getByRole("region", { name: /Sustained load/ }).first()).toContainText("It slowed down after 4 min and stayed slow");
  await expect(page.getByRole("status").filter({ hasText: "Sustained load has ended: FAIL. It kept 81.2 %." })).toHaveCount(1);
  await expect.poll(async () => (await callsOf(page, "query_validation")).length, "the checks are asked anew").toBeGreaterThan(1);
});

test("a running test is found again after a reload, and stops by hand", async ({ open }) => {
  const page = await open(worlds.sustainWorld, "hardware");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sustained load: working" })).toBeVisible();
  await expect(page.getByRole("link", { name: /Hardware/ })).toContainText("38");
  await page.getByRole("button", { name: "Stop and keep" }).click();
  expect((await callsOf(page, "cancel_stress")).length).toBe(1);
});

test("each download says how far it is, and which one stands still", async ({ open }) => {
  const page = await open(worlds.downloadWorld, "hardware");
  const running = page.getByRole("region", { name: /Concurrent download: downloading/ });
  await expect(running).toContainText(/41.MB\/s together/);
  await expect(running).toContainText(/no bytes for 12.s/);
  await expect(running.getByRole("progressbar", { name: `Download of ${downloading.downloads[0]?.model}` })).toHaveAttribute("value", /0\.55/);
});

test("a card's fields are part of what is asked for, and planned anew", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "hardware");
  const card = page.getByRole("article", { name: "Sustained load" });
  await expect(card).toContainText("llama3:8b works for 10 min");
  await card.getByRole("radio", { name: "30 min" }).check();
  await card.getByLabel("Model").fill("codellama:13b");
  await card.getByLabel("Model").press("Tab");
  await expect.poll(async () => (await callsOf(page, "query_stress_plan")).at(-1)?.args["choice"]).toMatchObject({ kind: "sustain", seconds: 1800, models: ["codellama:13b"] });
  await card.getByRole("button", { name: "Start: Sustained load" }).click();
  await expect.poll(async () => (await callsOf(page, "start_stress")).at(-1)?.args["choice"]).toMatchObject({ seconds: 1800, models: ["codellama:13b"] });
});

test("a download can be of a ladder, and the limit can be tried beyond what is predicted to fit", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "hardware");
  const planned = async () => (await callsOf(page, "query_stress_plan")).at(-1)?.args["choice"];
  const download = page.getByRole("article", { name: "Concurrent download" });
  await download.getByLabel("Ladder").fill("classic");
  await download.getByLabel("Ladder").press("Tab");
  await expect.poll(planned).toMatchObject({ kind: "download", ladder: "classic", models: [] });
  await expect(download.getByLabel("Models")).toBeDisabled();
  await page.getByRole("article", { name: "Limit" }).getByLabel("Also try what is predicted not to fit").check();
  await expect.poll(planned).toMatchObject({ kind: "limit", try_anyway: true });
});

test("while a stress test runs no climb can be started, and each place says so", async ({ open }) => {
  const page = await open(worlds.sustainWorld, "climb");
  await expect(page.getByText("A stress test is running: a climb waits until it has ended.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Start the climb" })).toBeDisabled();
  await page.keyboard.press("Enter");
  expect(await callsOf(page, "start_climb")).toEqual([]);
  await page.getByRole("link", { name: "See the test" }).click();
  await expect(page.getByRole("heading", { name: "Sustained load: working" })).toBeVisible();
  await emit(page, "start_stress_watch", { event: "ended", test: "t-3", verdict: "pass", headline: "It kept 98 %.", problem: null });
  await page.getByRole("link", { name: /Climb/ }).click();
  await expect(page.getByRole("button", { name: "Start the climb" })).toBeEnabled();
});

test("a test that can't be made says why, and does not start", async ({ open }) => {
  const page = await open(worlds.bareWorld, "hardware");
  const card = page.getByRole("article", { name: "Limit" });
  await expect(card).toContainText("The engine has no model.");
  await expect(card.getByRole("button", { name: "Start: Limit" })).toBeDisabled();
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("Enter");
  expect(await callsOf(page, "start_stress")).toEqual([]);
});

test("a check's button brings its test into view, under the focus", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "hardware");
  await expect(page.getByRole("button", { name: "Start: Concurrent models" })).toBeEnabled();
  await page.getByRole("button", { name: "Test concurrency: Concurrent models" }).click();
  await expect(page.getByRole("button", { name: "Start: Concurrent models" })).toBeFocused();
});

test("a stored test opens by its link, shows its chart and its table, and is deleted with an undo", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "hardware");
  await page.getByRole("link", { name: "Limit" }).click();
  const result = page.getByRole("region", { name: /Limit PASS/ });
  await expect(result).toContainText("The largest that held is codellama:13b");
  await expect(result.getByRole("img")).toBeVisible();
  await result.getByRole("button", { name: "Show table of What was tried" }).click();
  await expect(result.getByRole("table")).toBeVisible();
  expect((await callsOf(page, "query_stress_chart")).at(-1)?.args).toMatchObject({ test: "t-4" });
  await page.getByRole("button", { name: /Delete the test of .*: Limit/ }).click();
  await expect(page.getByRole("link", { name: "Limit" })).toHaveCount(0);
  expect((await callsOf(page, "start_delete_stress"))[0]?.args).toEqual({ test: "t-4" });
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: "Limit" })).toBeVisible();
  expect((await callsOf(page, "cancel_delete_stress"))[0]?.args).toEqual({ id: 5 });
});

test("a refused start says why", async ({ open }) => {
  const problem = { code: "busy", what: "Another climb is running.", detail: "", next_step: "Wait until it has ended." };
  const page = await open({ ...worlds.laptopWorld, failures: { start_stress: problem } }, "hardware");
  await page.getByRole("button", { name: "Start: Limit" }).click();
  await expect(page.getByRole("alert")).toContainText("Another climb is running.");
});

test("Home names what changed since the last run, and leads to the machine", async ({ open }) => {
  const page = await open(worlds.changedWorld);
  await expect(page.getByText("The machine is not as it was in the last run")).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Hardware" }).click();
  await expect(page.getByRole("region", { name: "This machine", exact: true })).toContainText("On mains, was on battery.");
});

test("Results line the sensors up with the trials", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "results");
  await expect(page.getByRole("region", { name: "Time line" }).getByRole("img")).toBeVisible();
  expect((await callsOf(page, "query_timeline")).at(-1)?.args).toMatchObject({ run: "r-1" });
});

test("the palette stops a running test", async ({ open }) => {
  const page = await open(worlds.sustainWorld, "climb");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find" }).fill("stop the stress");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await callsOf(page, "cancel_stress")).length).toBe(1);
});

for (const [width, height] of [[1000, 700], [1600, 1000]] as const) {
  for (const [name, world, screen] of [["everything", worlds.laptopWorld, "hardware/t-4"], ["little", worlds.bareWorld, "hardware"], ["downloads", worlds.downloadWorld, "hardware"]] as const) {
    test(`nothing runs out of the window at ${width} pixels with ${name} to show`, async ({ open }) => {
      const page = await open(world, screen);
      await page.setViewportSize({ width, height });
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(200);
      expect(await page.evaluate(() => [document.documentElement.scrollWidth <= innerWidth, (document.querySelector("main")?.scrollWidth ?? 0) <= (document.querySelector("main")?.clientWidth ?? 0)])).toEqual([true, true]);
    });
  }
}

test("every stored test stands in the list with its verdict in words", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "hardware");
  const list = page.getByRole("region", { name: "Tests so far" });
  await expect(list.getByRole("listitem")).toHaveCount(rows.length);
  for (const word of ["PASS", "FAIL", "not decided"]) await expect(list).toContainText(word);
});
