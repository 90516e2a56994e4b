// A climb while it goes on, and what is left of it afterwards.
import { callsOf, emit } from "../fake-tauri";
import { live, sample } from "../fixtures/live";
import * as worlds from "../fixtures/worlds";
import { expect, test } from "./open";

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

test.describe("History", () => {
  test("a run is opened, resumed, deleted and brought back", async ({ open }) => {
    const page = await open(worlds.laptopWorld, "history");
    await page.getByRole("button", { name: /Delete the run of 9 Sept/ }).first().click();
    await page.getByRole("button", { name: "Undo" }).click();
    expect((await callsOf(page, "cancel_delete_run"))[0]?.args).toEqual({ id: 4 });
    await page.getByRole("link", { name: /Run llama3.2:3b/ }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("llama3:8b for hard problems");
    await page.keyboard.press("5");
    await page.getByRole("button", { name: /^Resume the run/ }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Climbing");
  });
});
