// What a person does, from a press of a key to the command that Rust receives.
import { expect, test as base, type Page } from "@playwright/test";

import { callsOf, emit, installFake, type Fixture } from "../fake-tauri";
import { live, sample } from "../fixtures/live";
import { noOllama } from "../fixtures/machine";
import * as worlds from "../fixtures/worlds";

// Every flow fails if the page breaks the window's policy or throws.
const test = base.extend<{ open: (world: Fixture, screen?: string) => Promise<Page> }>({
  open: async ({ page }, use) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await use(async (world, screen = "climb") => {
      await installFake(page, world);
      await page.goto(`/#/${screen}`);
      return page;
    });
    expect(faults, "the page must neither throw nor break the window's policy").toEqual([]);
  },
});

test.describe("Home", () => {
  test("Enter starts the climb that is planned, and the live screen opens", async ({ open }) => {
    const page = await open(worlds.freshWorld);
    await expect(page.getByRole("button", { name: "Start the climb" })).toBeEnabled();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Climbing · rung 4 of 6");
    const [start] = await callsOf(page, "start_climb");
    expect(start?.args, "a first start needs no Ollama").toEqual({ choice: { engine: "llama", url: null, ladder: "starter", mode: "standard", without_downloads: false } });
  });

  test("another ladder is planned anew, and remembered", async ({ open }) => {
    const page = await open(worlds.laptopWorld);
    await page.getByText("Customise…").click();
    await page.getByRole("radio", { name: /Classic ladder/ }).check();
    await page.getByRole("radio", { name: /Ollama/ }).check();
    await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ engine: "ollama", ladder: "classic" });
    await page.reload();
    await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ engine: "ollama", ladder: "classic" });
  });

  test("a ladder of one's own is planned from its path", async ({ open }) => {
    const page = await open(worlds.laptopWorld);
    await page.getByText("Customise…").click();
    await page.getByLabel("Path of a ladder file").fill("/home/me/mine.toml");
    await page.keyboard.press("Tab");
    await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ ladder: "/home/me/mine.toml" });
    await expect(page.getByRole("radio", { name: "Your own" })).toBeChecked();
  });

  test("a plan that cannot start says why, and what to do", async ({ open }) => {
    const page = await open(worlds.fullDiskWorld);
    await expect(page.getByRole("alert")).toContainText("It needs 27.4 GB, and 9.1 GB are free.");
    await expect(page.getByRole("button", { name: "Start the climb" })).toBeDisabled();
    await page.getByRole("button", { name: "Free some space" }).click();
    await expect(page.getByRole("heading", { name: "Models on this machine" })).toBeVisible();
  });

  test("a refused start keeps the plan and says why", async ({ open }) => {
    const page = await open({ ...worlds.laptopWorld, failures: { start_climb: noOllama } });
    await page.getByRole("button", { name: "Start the climb" }).click();
    await expect(page.getByRole("alert")).toContainText("connection refused");
    await expect(page.getByRole("button", { name: "Start the climb" })).toBeEnabled();
  });

  test("a data folder that keeps nothing is said, and stops no climb", async ({ open }) => {
    const page = await open(worlds.poorWorld);
    await expect(page.getByRole("alert").filter({ hasText: "The data folder can't be written." })).toContainText("Set TOPRUNG_HOME");
    await expect(page.getByText("What has been measured is kept"), "a promise that can't be kept is not made").toHaveCount(0);
    await page.getByRole("button", { name: "Start the climb" }).click();
    await expect.poll(async () => (await callsOf(page, "start_climb")).length).toBe(1);
  });

  test("a run that was cut short is resumed by its id", async ({ open }) => {
    const page = await open(worlds.poorWorld);
    await page.getByRole("button", { name: "Resume" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Climbing");
    expect((await callsOf(page, "start_resume"))[0]?.args).toEqual({ run: "r-2" });
  });

  test("an empty ladder offers the one that always works", async ({ open }) => {
    const page = await open(worlds.emptyLadderWorld);
    await page.getByRole("button", { name: "Use the starter ladder" }).click();
    await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ ladder: "starter" });
  });
});

test.describe("Live", () => {
  test("a page that is loaded during a climb finds it, and follows its stream", async ({ open }) => {
    const page = await open(worlds.liveWorld);
    await expect(page.getByRole("heading", { level: 1 })).toContainText("rung 4 of 6, codellama:13b");
    await emit(page, "start_watch", { event: "sampled", sample: { ...sample(121), cpu_percent: 77 } });
    await expect(page.getByRole("region", { name: "This machine now" })).toContainText("77%");
    await emit(page, "start_watch", { event: "output", text: "    merged = []" });
    await expect(page.getByRole("region", { name: "What it is writing" })).toContainText("merged = []");
    await emit(page, "start_watch", { event: "changed", live: { ...live, current: 4 } });
    await expect(page.getByRole("heading", { level: 1 })).toContainText("rung 5 of 6, gpt-oss:20b");
    await expect(page.getByText("Rung 5 of 6, gpt-oss:20b, begins."), "a screen reader hears the rung change").toBeAttached();
  });

  test("Space pauses and goes on; Esc does nothing", async ({ open }) => {
    const page = await open(worlds.liveWorld);
    await expect(page.getByRole("button", { name: "Pause after this trial" })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Space");
    await expect.poll(async () => (await callsOf(page, "start_pause")).length).toBe(1);
    await emit(page, "start_watch", { event: "changed", live: { ...live, state: "paused" } });
    await page.keyboard.press("Space");
    await expect.poll(async () => (await callsOf(page, "cancel_pause")).length).toBe(1);
    expect(await callsOf(page, "cancel_climb"), "Esc must never end a climb").toEqual([]);
  });

  test("Stop keeps what is finished, and the results open when the climb has ended", async ({ open }) => {
    const page = await open(worlds.liveWorld);
    await page.getByRole("button", { name: "Stop and keep" }).click();
    await expect.poll(async () => (await callsOf(page, "cancel_climb")).length).toBe(1);
    await emit(page, "start_watch", { event: "ended", run: "r-1", finished: false });
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Run llama3.2:3b for everyday work");
    expect((await callsOf(page, "query_run")).at(-1)?.args).toEqual({ run: "r-1" });
  });

  test("a climb that paused by itself says why", async ({ open }) => {
    const page = await open(worlds.troubledWorld);
    await expect(page.getByRole("alert")).toContainText("The disk has 0 bytes free.");
    await expect(page.getByText("not readable").first()).toBeVisible();
  });
});

test.describe("Results", () => {
  test("the verdict, the picture and every figure are there", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "results");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("llama3:8b for hard problems");
    await expect(page.getByRole("img", { name: /throughput by rung/ })).toBeVisible();
    const table = page.getByRole("region", { name: "Every rung" });
    await expect(table.getByRole("row", { name: /gpt-oss:20b/ })).toContainText("1 of 5");
    await expect(table).toContainText("Allow more tokens, or turn thinking down.");
    await expect(page.getByRole("region", { name: "What the next step costs" })).toContainText("A shorter wait with 20 % success is no gain.");
  });

  test("the tabs move by arrow keys, and each asks for its own picture", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "results");
    await page.getByRole("tab", { name: "Throughput" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("tab", { name: "Response time" })).toBeFocused();
    await expect(page.getByRole("img", { name: /response_time by rung/ })).toBeVisible();
  });

  test("a chart is set in the page's own face", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "results");
    const text = page.getByRole("img", { name: /throughput by rung/ }).locator("text").first();
    await expect(text).toHaveCSS("font-family", /^"Inter Variable"/);
  });

  test("a chart's marks speak, by keyboard too", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "results");
    const mark = page.getByRole("button", { name: /llama3.2:1b: 83.0/ });
    await mark.focus();
    await expect(page.getByRole("tooltip").filter({ hasText: "llama3.2:1b: 83.0" })).toBeVisible();
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("button", { name: /llama3.2:3b: 54.7/ })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("tooltip")).toHaveCount(0);
  });

  test("the same figures come as a table, and as Markdown", async ({ open, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = await open(worlds.laptopWorld, "results");
    await page.getByRole("button", { name: "Show table" }).click();
    await expect(page.getByRole("tabpanel").getByRole("row")).toHaveCount(6);
    await page.getByRole("button", { name: "Copy" }).click();
    await expect(page.getByText("Copied as a Markdown table.")).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("| llama3.2:1b | 83.0 |");
  });

  test("a grade gives its reasons on focus", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "results");
    await page.getByRole("button", { name: "grade B", exact: true }).focus();
    await expect(page.getByRole("tooltip").filter({ hasText: "22 % of its layers ran on the CPU." })).toBeVisible();
  });

  test("what a model wrote is inert", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "results");
    await page.getByText("Name three causes of a slow boot.").click();
    await expect(page.getByText("<script>alert('inert')</script>")).toBeVisible();
  });

  test("a report is saved in the format that was chosen", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "results");
    await page.getByText("Export…").click();
    await page.getByRole("button", { name: /Markdown/ }).click();
    await expect(page.getByText("Saved as /home/me/toprung-report.pdf")).toBeVisible();
    expect((await callsOf(page, "save_report"))[0]?.args).toEqual({ run: "r-1", format: "md" });
  });

  test("with no run yet the screen leads to the plan", async ({ open }) => {
    const page = await open(worlds.freshWorld, "results");
    await expect(page.getByRole("button", { name: "Plan a climb" })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Which model should this machine run?" })).toBeVisible();
  });
});

test.describe("Models", () => {
  test("a pull shows its progress, and ends with a word", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "models");
    await page.getByRole("button", { name: "Pull Gemma 3 270M" }).click();
    expect((await callsOf(page, "start_pull"))[0]?.args).toMatchObject({ model: "gemma3:270m", engine: "llama" });
    const pull = { job: 8, model: "gemma3:270m", engine: "llama", status: "downloading", done_bytes: 1e8, total_bytes: 2.92e8, bytes_per_s: 2e7, left_s: 9.6 };
    await emit(page, "start_pull", { event: "progress", pull });
    await expect(page.getByRole("region", { name: "Pulls under way" })).toContainText("100 MB of 292 MB");
    await page.getByRole("button", { name: "Cancel the pull of gemma3:270m" }).click();
    expect((await callsOf(page, "cancel_pull"))[0]?.args).toEqual({ job: 8 });
    await emit(page, "start_pull", { event: "done", model: "gemma3:270m" });
    await expect(page.getByText("gemma3:270m is installed.")).toBeVisible();
  });

  test("a deletion tells what it frees, and can be undone by key", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "models");
    await page.getByRole("button", { name: "Delete llama3.2:3b" }).click();
    await expect(page.getByText(/llama3.2:3b is deleted, 2.0.GB free again/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Delete llama3.2:3b" })).toHaveCount(0);
    await page.locator("main").focus();
    await page.keyboard.press("Control+z");
    await expect(page.getByRole("button", { name: "Delete llama3.2:3b" })).toBeVisible();
    expect((await callsOf(page, "cancel_delete"))[0]?.args).toEqual({ id: 3 });
  });

  test("an Ollama server pulls any model by its name", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "models");
    await page.getByLabel("Pull another with Ollama").fill("qwen3:4b");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await callsOf(page, "start_pull"))[0]?.args).toMatchObject({ model: "qwen3:4b", engine: "ollama" });
  });

  test("an engine that does not answer is named, with what to do", async ({ open }) => {
    const page = await open(worlds.freshWorld, "models");
    await expect(page.getByRole("alert")).toContainText("Start the engine, or choose the embedded one.");
    await expect(page.getByText("Nothing is installed yet")).toBeVisible();
    await expect(page.getByLabel(/Pull another/), "the embedded engine pulls from its catalogue alone").toHaveCount(0);
  });
});

test.describe("History", () => {
  test("a run is opened, resumed, deleted and brought back", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "history");
    await page.getByRole("button", { name: /Delete the run of 9 Sept/ }).first().click();
    await page.getByRole("button", { name: "Undo" }).click();
    expect((await callsOf(page, "cancel_delete_run"))[0]?.args).toEqual({ id: 4 });
    await page.getByRole("link", { name: /Run llama3.2:3b/ }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("llama3:8b for hard problems");
    await page.keyboard.press("4");
    await page.getByRole("button", { name: /^Resume the run/ }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Climbing");
  });
});

test.describe("Compare", () => {
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
    await expect(page.getByRole("region", { name: /codellama:13b/ })).toContainText("toprung ab --trials 20");
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
});

test.describe("everywhere", () => {
  test("digits, the palette and the help work from the keyboard alone", async ({ open }) => {
    const page = await open(worlds.laptopWorld);
    await expect(page.getByRole("button", { name: "Start the climb" })).toBeEnabled();
    await page.keyboard.press("3");
    await expect(page).toHaveTitle("Models · Toprung");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("hist");
    await page.keyboard.press("Enter");
    await expect(page).toHaveTitle("History · Toprung");
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
    await page.getByRole("checkbox", { name: /Single keys/ }).uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("1");
    await expect(page, "single keys are switched off").toHaveTitle("History · Toprung");
  });

  test("the theme is a person's choice, and stays", async ({ open }) => {
    const page = await open(worlds.laptopWorld);
    await page.getByLabel("Theme").selectOption("dark");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  });

  test("a screen whose question fails says so and can ask again", async ({ open }) => {
    const page = await open({ ...worlds.laptopWorld, failures: { query_runs: { code: "storage", what: "The runs can't be read.", detail: "database is locked", next_step: "Close the other Toprung window." } } }, "history");
    await expect(page.getByRole("alert")).toContainText("database is locked");
    await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  });

  for (const [name, world] of [["plan", worlds.longWorld], ["climb", worlds.longLiveWorld]] as const) {
    test(`twelve long names fit the smallest window: ${name}`, async ({ open }) => {
      const page = await open(world);
      await page.setViewportSize({ width: 800, height: 560 });
      for (const screen of ["climb", "results", "models", "history"]) {
        await page.goto(`/#/${screen}`);
        await page.waitForTimeout(200);
        const over = await page.evaluate(() => (document.querySelector("main")?.scrollWidth ?? 0) - (document.querySelector("main")?.clientWidth ?? 0));
        expect(over, `${screen} must not scroll sideways`).toBe(0);
      }
    });
  }

  test("a climb that ends before it is watched opens its results", async ({ open }) => {
    const page = await open({ ...worlds.laptopWorld, after: {} });
    await page.getByRole("button", { name: "Start the climb" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("llama3:8b for hard problems");
  });
});
