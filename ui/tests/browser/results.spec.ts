// Results: verdict, pictures, figures and reports.
import { callsOf } from "../fake-tauri";
import * as worlds from "../fixtures/worlds";
import { expect, test } from "./open";

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
