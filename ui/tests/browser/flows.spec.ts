// Models, and what works on every screen.
import { callsOf, emit } from "../fake-tauri";
import * as worlds from "../fixtures/worlds";
import { expect, test } from "./open";

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

test.describe("everywhere", () => {
  test("digits, the palette and the help work from the keyboard alone", async ({ open }) => {
    const page = await open(worlds.laptopWorld);
    await expect(page.getByRole("button", { name: "Start the climb" })).toBeEnabled();
    await page.keyboard.press("4");
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
