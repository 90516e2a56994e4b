// Pictures of every screen, for a person to look at: SCREENSHOTS=folder npx playwright test screens
import { test } from "@playwright/test";

import { installFake, type Fixture } from "../fake-tauri";
import * as worlds from "../fixtures/worlds";

const folder = process.env["SCREENSHOTS"];
test.skip(!folder, "set SCREENSHOTS to a folder to draw every screen");

const screens: [string, Fixture, string][] = [
  ["home", worlds.laptopWorld, "climb"],
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
  ["results-failing", worlds.failingWorld, "results"],
  ["results-long", worlds.longWorld, "results"],
  ["results-empty", worlds.freshWorld, "results"],
  ["models", worlds.laptopWorld, "models"],
  ["models-empty", worlds.freshWorld, "models"],
  ["history", worlds.laptopWorld, "history"],
  ["history-empty", worlds.freshWorld, "history"],
];

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of [[1000, 700], [1600, 1000]] as const) {
    for (const [name, world, screen] of screens) {
      test(`${name} ${theme} ${width}`, async ({ page }) => {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width, height });
        await installFake(page, world);
        await page.goto(`/#/${screen}`);
        await page.waitForTimeout(400);
        await page.screenshot({ path: `${folder}/${name}-${theme}-${width}.png` });
        const whole = await page.evaluate(() => document.querySelector("main")?.scrollHeight ?? 0);
        if (whole > height) {
          await page.setViewportSize({ width, height: whole });
          await page.screenshot({ path: `${folder}/${name}-${theme}-${width}-whole.png` });
        }
      });
    }
  }
}
