// What a person does, from a press of a key to the command that Rust receives.
import { callsOf, emit } from "../fake-tauri";
import { live, sample } from "../fixtures/live";
import { noOllama } from "../fixtures/machine";
import { keyRefused, noServer } from "../fixtures/servers";
import * as worlds from "../fixtures/worlds";
import { expect, test } from "./open";

test.describe("Home", () => {
  test("Enter starts the climb that is planned, and the live screen opens", async ({ open }) => {
    const page = await open(worlds.freshWorld);
    await expect(page.getByRole("button", { name: "Start the climb" })).toBeEnabled();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Climbing · rung 4 of 6");
    const [start] = await callsOf(page, "start_climb");
    expect(start?.args, "a first start needs no Ollama").toEqual({ choice: { engine: "llama", url: null, ladder: "starter", mode: "standard", without_downloads: false, tasks: null } });
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

  test("a server is chosen by its address, once it has answered", async ({ open }) => {
    const page = await open(worlds.laptopWorld);
    await page.getByText("Customise…").click();
    await page.getByRole("radio", { name: /OpenAI-compatible server/ }).check();
    expect((await callsOf(page, "query_plan")).every((call) => (call.args["choice"] as { engine: string }).engine === "llama"), "nothing is planned on a server without an address").toBe(true);
    await page.getByLabel("Address of the server").fill("127.0.0.1:8080");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status").filter({ hasText: "llama-server b9000-abc · 2 models: smollm2" })).toBeVisible();
    expect((await callsOf(page, "query_server")).map((call) => call.args)).toEqual([{ url: "127.0.0.1:8080" }]);
    await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ engine: "openai", url: "127.0.0.1:8080", ladder: "installed" });
    await expect(page.getByText("Prompts and answers go to that server")).toBeVisible();
    expect(await callsOf(page, "start_climb"), "Enter in a field starts no climb").toEqual([]);
    await page.getByLabel("Address of the server").fill("127.0.0.1:9090");
    await expect(page.getByText("Until this address has been checked, 127.0.0.1:8080 is used.")).toBeVisible();
    await page.getByRole("button", { name: "Start the climb" }).click();
    await expect.poll(async () => (await callsOf(page, "start_climb")).at(-1)?.args["choice"]).toMatchObject({ engine: "openai", url: "127.0.0.1:8080" });
  });

  test("a server that does not answer is not chosen, and that is said beside its address", async ({ open }) => {
    const page = await open({ ...worlds.laptopWorld, failures: { query_server: noServer } });
    await page.getByText("Customise…").click();
    await page.getByRole("radio", { name: /OpenAI-compatible server/ }).check();
    await page.getByLabel("Address of the server").fill("http://127.0.0.1:8080");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await expect(page.getByRole("group", { name: "Engine" }).getByRole("alert")).toContainText("connection refused");
    await page.getByRole("radio", { name: /embedded/ }).check();
    await expect(page.getByLabel("Address of the server")).toHaveCount(0);
    expect((await callsOf(page, "query_plan")).every((call) => (call.args["choice"] as { engine: string }).engine === "llama")).toBe(true);
  });

  test("a key goes into the keyring, and the server is asked again", async ({ open }) => {
    const page = await open({ ...worlds.laptopWorld, failures: { query_server: keyRefused } });
    await page.getByText("Customise…").click();
    await page.getByRole("radio", { name: /OpenAI-compatible server/ }).check();
    await page.getByLabel("Address of the server").fill("https://box.lan:8080");
    await page.keyboard.press("Enter");
    await page.getByLabel("Key of the server").fill("sk-very-secret");
    await page.getByRole("button", { name: "Save key" }).click();
    await expect.poll(async () => (await callsOf(page, "query_server")).length).toBe(2);
    expect((await callsOf(page, "save_key")).map((call) => call.args)).toEqual([{ url: "https://box.lan:8080", key: "sk-very-secret" }]);
    await expect(page.getByLabel("Key of the server"), "what was saved is forgotten here").toHaveValue("");
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage })), "nothing of it is kept by the page").not.toContain("sk-very-secret");
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
    await emit(page, "start_watch", { event: "changed", live: { ...live, output: "    merged = []", samples: [{ ...sample(121), cpu_percent: 77 }] } });
    await expect(page.getByRole("region", { name: "This machine now" })).toContainText("77%");
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
    const charts = page.getByRole("region", { name: "Charts" });
    await charts.getByRole("button", { name: "Show table" }).click();
    await expect(page.getByRole("tabpanel").getByRole("row")).toHaveCount(6);
    await charts.getByRole("button", { name: "Copy" }).click();
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
