// Home: a climb from its plan to its start.
import { callsOf } from "../fake-tauri";
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
