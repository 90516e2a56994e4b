// WCAG 2.2 AA by machine, on every screen, in light, dark and forced colours. What a machine can't see is in the flows.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

import { installFake, type Fixture } from "../fake-tauri";
import { keyRefused } from "../fixtures/servers";
import * as worlds from "../fixtures/worlds";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const looks = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["forced colours", { colorScheme: "dark", forcedColors: "active" }],
] as const;
const screens: [string, Fixture, string][] = [
  ["Home", worlds.laptopWorld, "climb"],
  ["Home with everything missing", worlds.poorWorld, "climb"],
  ["Home with twelve long names", worlds.longWorld, "climb"],
  ["Home with an empty ladder", worlds.emptyLadderWorld, "climb"],
  ["Live", worlds.liveWorld, "climb"],
  ["Live in trouble", worlds.troubledWorld, "climb"],
  ["Results", worlds.laptopWorld, "results"],
  ["Results of a failing run", worlds.failingWorld, "results"],
  ["Results before any run", worlds.freshWorld, "results"],
  ["Recommend", worlds.laptopWorld, "recommend"],
  ["Recommend before any task", worlds.noTasksWorld, "recommend"],
  ["Recommend where code can't be run", worlds.withoutCodingWorld, "recommend"],
  ["Recommend with twelve long names", worlds.manyModelsWorld, "recommend"],
  ["A task's answers", worlds.laptopWorld, "recommend/r-7/coding"],
  ["History with runs of tasks", worlds.tasksRunsWorld, "history"],
  ["Live with tasks", worlds.tasksLiveWorld, "climb"],
  ["Models", worlds.laptopWorld, "models"],
  ["Models with none", worlds.freshWorld, "models"],
  ["History", worlds.laptopWorld, "history"],
  ["Compare", worlds.compareWorld, "compare/r-1/r-5"],
  ["Compare of a run in turns", worlds.compareWorld, "compare/r-6"],
  ["Compare of what may not be compared", worlds.refusedWorld, "compare/r-1/r-5"],
  ["Compare in spite of it", worlds.refusedWorld, "compare/r-1/r-5/power,machine"],
  ["Compare before runs are chosen", worlds.compareWorld, "compare"],
  ["Compare with one run", worlds.onlyRunWorld, "compare"],
  ["Home of a machine that changed", worlds.changedWorld, "climb"],
  ["Hardware", worlds.laptopWorld, "hardware"],
  ["Hardware with little to read", worlds.bareWorld, "hardware"],
  ["Hardware with a failed test open", worlds.laptopWorld, "hardware/t-3"],
  ["Hardware while a test runs", worlds.sustainWorld, "hardware"],
  ["Hardware while models come", worlds.downloadWorld, "hardware"],
];

for (const [look, media] of looks) {
  for (const [name, world, screen] of screens) {
    test(`${name} holds WCAG 2.2 AA in ${look}`, async ({ page }) => {
      await page.emulateMedia(media);
      await installFake(page, world);
      await page.goto(`/#/${screen}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(250);
      const opener = page.getByText("Customise…");
      if (await opener.isVisible()) await opener.click();
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      expect(violations.map((violation) => [violation.id, violation.nodes.map((node) => node.html)])).toEqual([]);
    });
  }
}

for (const [look, media] of looks) {
  test(`a server that asks for its key holds WCAG 2.2 AA in ${look}`, async ({ page }) => {
    await page.emulateMedia(media);
    await installFake(page, { ...worlds.laptopWorld, failures: { query_server: keyRefused } });
    await page.goto("/#/climb");
    await page.getByText("Customise…").click();
    await page.getByRole("radio", { name: /OpenAI-compatible server/ }).check();
    await page.getByLabel("Address of the server").fill("http://127.0.0.1:8080");
    await page.keyboard.press("Enter");
    await page.getByLabel("Key of the server").waitFor();
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(violations.map((violation) => [violation.id, violation.nodes.map((node) => node.html)])).toEqual([]);
  });
}

for (const [look, media] of looks) {
  test(`an open answer and open floors hold WCAG 2.2 AA in ${look}`, async ({ page }) => {
    await page.emulateMedia(media);
    await installFake(page, worlds.laptopWorld);
    await page.goto("/#/recommend");
    await page.getByRole("button", { name: "Floors of Coding" }).click();
    await page.getByLabel("Right answers, at least").fill("120");
    await page.keyboard.press("Enter");
    await page.getByText("A figure from 0 to 99.").waitFor();
    const cards = await new AxeBuilder({ page }).withTags(RULES).analyze();
    await page.goto("/#/recommend//coding");
    await page.getByText("merge_intervals_1(", { exact: false }).first().click();
    await page.getByText("What it thought").click();
    const answers = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect([...cards.violations, ...answers.violations].map((violation) => [violation.id, violation.nodes.map((node) => node.html)])).toEqual([]);
  });
}

for (const [key, name] of [["?", "Keys"], ["Control+k", "Find a screen, a run or an action"]] as const) {
  test(`the dialog “${name}” holds WCAG 2.2 AA`, async ({ page }) => {
    await installFake(page, worlds.laptopWorld);
    await page.goto("/");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press(key);
    await page.getByRole("dialog", { name }).waitFor();
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(violations.map((violation) => [violation.id, violation.nodes.map((node) => node.html)])).toEqual([]);
  });
}
