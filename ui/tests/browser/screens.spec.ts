// Pictures of every screen, for a person to look at: SCREENSHOTS=folder npx playwright test screens
import { test, type Page } from "@playwright/test";

import type { SampleView } from "../../src/messages/SampleView";
import { emit, installFake, type Fixture } from "../fake-tauri";
import { bareSample, sample, troubledSample } from "../fixtures/live";
import * as worlds from "../fixtures/worlds";

const folder = process.env["SCREENSHOTS"];
test.skip(!folder, "set SCREENSHOTS to a folder to draw every screen");

/** Two minutes of readings, as the sensors send them. */
const readings = (of: (at: number) => SampleView) => async (page: Page) => {
  for (let at = 0; at < 120; at += 1) await emit(page, "start_sensors", of(at));
};

async function tickTwo(page: Page) {
  for (const when of [/12 Sept 2025|Sep 12, 2025/, /9 Sept 2025|Sep 9, 2025/]) await page.getByRole("checkbox", { name: when }).first().check();
}

async function alsoTasks(page: Page) {
  await page.getByText("Customise…").click();
  await page.getByRole("checkbox", { name: /Also ask tasks/ }).check();
}

async function wrongFloor(page: Page) {
  await page.getByRole("button", { name: "Floors of Fast classification" }).click();
  await page.getByLabel("Writes at least").fill("fast");
  await page.keyboard.press("Enter");
}

async function openAnswer(page: Page) {
  await page.getByText("merge_intervals_1(", { exact: false }).first().click();
  await page.getByText("What it thought").click();
}

const screens: [string, Fixture, string, ((page: Page) => Promise<void>)?][] = [
  ["home", worlds.laptopWorld, "climb"],
  ["home-customise", worlds.freshWorld, "climb", (page) => page.getByText("Customise…").click()],
  ["home-fresh", worlds.freshWorld, "climb"],
  ["home-poor", worlds.poorWorld, "climb"],
  ["home-full-disk", worlds.fullDiskWorld, "climb"],
  ["home-empty-ladder", worlds.emptyLadderWorld, "climb"],
  ["home-one", worlds.oneWorld, "climb"],
  ["home-long", worlds.longWorld, "climb"],
  ["home-loading", { ...worlds.laptopWorld, silent: ["query_setup"] }, "climb"],
  ["live", worlds.liveWorld, "climb"],
  ["live-troubled", worlds.troubledWorld, "climb"],
  ["live-long", worlds.longLiveWorld, "climb"],
  ["results", worlds.laptopWorld, "results"],
  ["results-grade", worlds.laptopWorld, "results", (page) => page.getByRole("button", { name: "grade B", exact: true }).focus()],
  ["results-mark", worlds.laptopWorld, "results", (page) => page.getByRole("button", { name: /llama3.2:1b: 83/ }).focus()],
  ["results-export", worlds.laptopWorld, "results", (page) => page.getByText("Export…").click()],
  ["results-failing", worlds.failingWorld, "results"],
  ["results-long", worlds.longWorld, "results"],
  ["results-empty", worlds.freshWorld, "results"],
  ["home-tasks", worlds.noTasksWorld, "climb", alsoTasks],
  ["live-tasks", worlds.tasksLiveWorld, "climb"],
  ["recommend", worlds.laptopWorld, "recommend"],
  ["recommend-empty", worlds.noTasksWorld, "recommend"],
  ["recommend-fresh", worlds.freshTasksWorld, "recommend"],
  ["recommend-unavailable", worlds.withoutCodingWorld, "recommend"],
  ["recommend-one", worlds.oneModelWorld, "recommend"],
  ["recommend-many", worlds.manyModelsWorld, "recommend"],
  ["recommend-floors", worlds.laptopWorld, "recommend", wrongFloor],
  ["recommend-ask", worlds.laptopWorld, "recommend", (page) => page.getByRole("button", { name: "Ask tasks…" }).click()],
  ["recommend-answers", worlds.laptopWorld, "recommend/r-7/coding"],
  ["recommend-answer", worlds.laptopWorld, "recommend/r-7/coding", openAnswer],
  ["recommend-answers-many", worlds.manyModelsWorld, "recommend//coding"],
  ["recommend-loading", { ...worlds.laptopWorld, silent: ["query_advice"] }, "recommend"],
  ["history-tasks", worlds.tasksRunsWorld, "history"],
  ["models", worlds.laptopWorld, "models"],
  ["models-empty", worlds.freshWorld, "models"],
  ["models-undo", worlds.laptopWorld, "models", (page) => page.getByRole("button", { name: "Delete llama3.2:3b" }).click()],
  ["palette", worlds.laptopWorld, "climb", (page) => page.keyboard.press("Control+k")],
  ["help", worlds.laptopWorld, "climb", (page) => page.keyboard.press("?")],
  ["history", worlds.laptopWorld, "history"],
  ["history-empty", worlds.freshWorld, "history"],
  ["history-ticked", worlds.compareWorld, "history", tickTwo],
  ["home-changed", worlds.changedWorld, "climb"],
  ["hardware", worlds.laptopWorld, "hardware", readings(sample)],
  ["hardware-bare", worlds.bareWorld, "hardware", readings(bareSample)],
  ["hardware-trouble", worlds.laptopWorld, "hardware", readings(troubledSample)],
  ["hardware-test", worlds.laptopWorld, "hardware/t-3"],
  ["hardware-sustain", worlds.sustainWorld, "hardware"],
  ["hardware-download", worlds.downloadWorld, "hardware"],
  ["hardware-loading", { ...worlds.laptopWorld, silent: ["query_hardware", "query_validation", "query_stress_tests", "query_stress_plan"] }, "hardware"],
  ["compare", worlds.compareWorld, "compare/r-1/r-5"],
  ["compare-turns", worlds.compareWorld, "compare/r-6"],
  ["compare-insisted", worlds.compareWorld, "compare/r-1/r-5/grade"],
  ["compare-refused", worlds.refusedWorld, "compare/r-1/r-5"],
  ["compare-refused-insisted", worlds.refusedWorld, "compare/r-1/r-5/power,machine"],
  ["compare-long", worlds.longCompareWorld, "compare/r-1/r-5"],
  ["compare-start", worlds.compareWorld, "compare"],
  ["compare-empty", worlds.onlyRunWorld, "compare"],
  ["compare-failed", { ...worlds.compareWorld, failures: { query_comparison: worlds.nothingInCommon } }, "compare/r-1/r-5"],
  ["compare-loading", { ...worlds.compareWorld, silent: ["query_comparison"] }, "compare/r-1/r-5"],
];

const sizes = [[1000, 700], [1600, 1000]] as const;

for (const [name, world, screen, act] of screens) {
  test(name, async ({ page }) => {
    await installFake(page, world);
    await page.goto(`/#/${screen}`);
    await page.waitForTimeout(400);
    await act?.(page);
    for (const [width, height] of sizes) {
      for (const theme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height });
        await page.emulateMedia({ colorScheme: theme });
        await page.waitForTimeout(250);
        await page.screenshot({ path: `${folder}/${name}-${theme}-${width}.png` });
        // The whole of a longer screen in one picture, where no dialog stands on it.
        const whole = act && !/^(hardware|recommend|home-tasks)/.test(name) ? 0 : await page.evaluate(() => document.querySelector("main")?.scrollHeight ?? 0);
        if (whole > height) {
          await page.setViewportSize({ width, height: whole });
          await page.screenshot({ path: `${folder}/${name}-${theme}-${width}-whole.png` });
        }
      }
    }
  });
}
