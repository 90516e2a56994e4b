// The Recommend screen: from its empty state to an answer that is used, doubted and looked into.
import { callsOf, emit } from "../fake-tauri";
import { tasksLive } from "../fixtures/live";
import * as worlds from "../fixtures/worlds";
import { expect, test } from "./open";

test("3 opens it, and its first words are the answer", async ({ open }) => {
  const page = await open(worlds.laptopWorld);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("3");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Use llama3:8b for log diagnostics");
  await expect(page.getByRole("article", { name: "Coding" })).toContainText("codellama:13b");
});

test("before any task it asks which, for how long, and Enter starts them", async ({ open }) => {
  const page = await open({ ...worlds.noTasksWorld, after: { start_climb: { query_live: tasksLive } } }, "recommend");
  await expect(page.getByText("No tasks were asked yet")).toBeVisible();
  await page.getByRole("checkbox", { name: "Translation" }).uncheck();
  await page.getByRole("radio", { name: /1.min/ }).check();
  await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ mode: "tasks", tasks: { budget_s: 60 } });
  await expect(page.getByRole("button", { name: "Start the tasks" })).toBeEnabled();
  await page.getByRole("button", { name: "Start the tasks" }).click();
  const [start] = await callsOf(page, "start_climb");
  expect(start?.args["choice"]).toMatchObject({ engine: "llama", mode: "tasks", tasks: { budget_s: 60, rotating: false, own_files: [] } });
  expect((start?.args["choice"] as { tasks: { tasks: string[] } }).tasks.tasks, "all but the one that was unticked").not.toContain("translation");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("rung 2 of 3");
  await expect(page.getByText("coding 3 of 8, 5 of 7 right so far")).toBeVisible();
});

test("all tasks are asked unless some are unticked, and the last one stays", async ({ open }) => {
  const page = await open(worlds.noTasksWorld, "recommend");
  const tasks = page.getByRole("group", { name: "Tasks" }).getByRole("checkbox");
  await expect(tasks).toHaveCount(10);
  for (let at = 9; at > 0; at -= 1) await tasks.nth(at).uncheck();
  await expect(tasks.first(), "none named would mean all").toBeDisabled();
  await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ tasks: { tasks: ["classify"] } });
  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Fast classification" }), "what was chosen last is remembered").toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Coding" })).not.toBeChecked();
});

test("one task is chosen with one click, and all of them again with another", async ({ open }) => {
  const page = await open(worlds.noTasksWorld, "recommend");
  const chosen = async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"];
  await page.getByRole("button", { name: "Only coding" }).click();
  await expect.poll(chosen).toMatchObject({ tasks: { tasks: ["coding"] } });
  await expect(page.getByRole("checkbox", { name: "Coding" })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Translation" })).not.toBeChecked();
  await page.getByRole("button", { name: "All", exact: true }).click();
  await expect.poll(chosen).toMatchObject({ tasks: { tasks: [] } });
  await expect(page.getByRole("checkbox", { name: "Translation" })).toBeChecked();
});

test("a task that can't be asked says why before the start", async ({ open }) => {
  const page = await open(worlds.noTasksWorld, "recommend");
  await expect(page.getByText("Coding is not available: The Python interpreter for model-written code is not at")).toBeVisible();
});

test("when tasks have ended their advice opens", async ({ open }) => {
  const page = await open(worlds.tasksLiveWorld);
  await expect(page.getByText("coding 3 of 8, 5 of 7 right so far")).toBeVisible();
  await emit(page, "start_watch", { event: "ended", run: "r-7", finished: true });
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Use llama3:8b");
  await expect(page).toHaveURL(/#\/recommend\/r-7$/);
  await expect.poll(async () => (await callsOf(page, "query_advice")).at(-1)?.args).toEqual({ run: "r-7" });
});

test("the slider ranks anew, by the keyboard too, with its weights in words", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "recommend");
  const slider = page.getByRole("slider", { name: "What counts more, speed or quality" });
  await expect(slider).toHaveAttribute("aria-valuetext", /quality counts 60.%, speed 30.% and memory 10.%/);
  await slider.focus();
  await page.keyboard.press("Home");
  await expect.poll(async () => (await callsOf(page, "save_recommend_settings")).at(-1)?.args).toMatchObject({ run: null, settings: { slider: 0, floors: [] } });
  await expect(page.getByText(/Quality counts 20.%, speed 70.% and memory 10.%/)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("llama3.2:1b for fast classification and chat");
  await expect(slider, "the focus stays on it").toBeFocused();
  await expect(page.getByRole("status").filter({ hasText: "Use llama3.2:1b for fast classification and chat" }), "a screen reader hears the new answer").toHaveCount(1);
  await page.getByRole("button", { name: "Usual" }).click();
  await expect.poll(async () => (await callsOf(page, "save_recommend_settings")).at(-1)?.args).toMatchObject({ settings: { slider: 0.5 } });
});

test("floors are edited in the card, and nonsense is refused in words", async ({ open }) => {
  const page = await open(worlds.floorsWorld, "recommend");
  const card = page.getByRole("article", { name: "Coding" });
  await card.getByRole("button", { name: "Floors of Coding" }).press("Enter");
  await expect(card.getByLabel("Right answers, at least"), "the first field has the focus").toBeFocused();
  await card.getByLabel("Right answers, at least").fill("120");
  await page.keyboard.press("Enter");
  await expect(card.getByText("A figure from 0 to 99.")).toBeVisible();
  expect(await callsOf(page, "save_recommend_settings")).toEqual([]);
  await card.getByLabel("Right answers, at least").fill("50");
  await card.getByLabel("An answer takes at most").fill("20");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await callsOf(page, "save_recommend_settings")).at(-1)?.args).toMatchObject({ settings: { floors: [{ task: "coding", floors: { quality: 0.5, seconds: 20, tokens_per_s: null } }] } });
  await expect(card).toContainText("Not proven");
  await expect(card.getByRole("button", { name: "Floors of Coding" }), "the focus goes back to what opened the form").toBeFocused();
  await card.getByRole("button", { name: "Floors of Coding" }).click();
  await card.getByRole("button", { name: "Back to the usual" }).click();
  await expect.poll(async () => (await callsOf(page, "save_recommend_settings")).at(-1)?.args).toMatchObject({ settings: { floors: [] } });
});

test("floors that Rust refuses stay in the form, with its words", async ({ open }) => {
  const page = await open({ ...worlds.laptopWorld, failures: { save_recommend_settings: { code: "bad_settings", what: "Coding: the floor makes no sense.", detail: "", next_step: "Change that figure." } } }, "recommend");
  const card = page.getByRole("article", { name: "Coding" });
  await card.getByRole("button", { name: "Floors of Coding" }).click();
  await card.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Coding: the floor makes no sense.");
  await expect(card.getByLabel("Right answers, at least")).toBeVisible();
});

test("Use copies the command, and says what was copied", async ({ open, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await open(worlds.laptopWorld, "recommend");
  await page.getByRole("article", { name: "Coding" }).getByRole("button", { name: "Use codellama:13b" }).click();
  await expect(page.getByText("Copied: ollama run codellama:13b")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("ollama run codellama:13b");
});

test("what is not proven is not offered for use", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "recommend");
  await expect(page.getByRole("article", { name: "Tool calls" })).toContainText("not proven");
  await expect(page.getByRole("article", { name: "Tool calls" }).getByRole("button", { name: /^Use/ })).toHaveCount(0);
  await expect(page.getByRole("article", { name: "Translation" })).toContainText("No model will do");
});

test("Enter writes the profile, and says where", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "recommend");
  await expect(page.getByRole("button", { name: "Write profile…" })).toBeEnabled();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved as /home/me/toprung-models.json")).toBeVisible();
  expect((await callsOf(page, "save_chosen_models"))[0]?.args).toEqual({ run: null });
});

test("a card opens its answers: each with its prompt, its verdict, and its thinking folded", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "recommend");
  await page.getByRole("link", { name: "Answers: Coding" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("For coding use codellama:13b");
  const answers = page.getByRole("region", { name: "What they answered" });
  await expect.poll(async () => (await callsOf(page, "query_task_items")).at(-1)?.args).toEqual({ run: "r-7", model: "codellama:13b", engine: "ollama", server: "http://127.0.0.1:11434", task: "coding" });
  await answers.getByRole("radio", { name: "Not right 3" }).check();
  await expect(answers.locator("details")).toHaveCount(3);
  await answers.locator("summary").first().press("Enter");
  await expect(answers).toContainText("Test 3 of 6 wants [[1, 4], [5, 7]] and got [].");
  await expect(answers.getByText("<script>alert(\"inert\")</script>"), "what a model wrote is text").toBeVisible();
  await expect(answers.getByText("First sort by start.")).toBeHidden();
  await answers.getByText("What it thought").press("Enter");
  await expect(answers.getByText("First sort by start.")).toBeVisible();
  await answers.getByLabel("Model").selectOption({ label: "llama3:8b: 14 of 24" });
  await expect.poll(async () => (await callsOf(page, "query_task_items")).at(-1)?.args).toMatchObject({ model: "llama3:8b" });
  await page.getByRole("link", { name: "All tasks" }).click();
  await expect(page.getByRole("article", { name: "Coding" })).toBeVisible();
});

test("a long answer scrolls in its own box, by the keyboard", async ({ open }) => {
  const page = await open(worlds.laptopWorld, "recommend//coding");
  await page.getByText("merge_intervals_1(", { exact: false }).first().click();
  const answer = page.getByRole("group", { name: /Answered of/ });
  const [inner, outer] = await answer.evaluate((box) => [box.scrollHeight, box.clientHeight]);
  expect(inner).toBeGreaterThan(outer ?? 0);
  await answer.focus();
  await page.keyboard.press("End");
  await expect.poll(async () => answer.evaluate((box) => box.scrollTop)).toBeGreaterThan(0);
});

test("a task that could not be asked says why, and has no score", async ({ open }) => {
  const page = await open(worlds.withoutCodingWorld, "recommend");
  const card = page.getByRole("article", { name: "Coding" });
  await expect(card).toContainText("not available");
  await expect(card).toContainText("Start Toprung once with scripts/run");
  await expect(card).not.toContainText("%");
});

test("tasks can be a part of a climb, and its time holds theirs", async ({ open }) => {
  const page = await open(worlds.noTasksWorld);
  await page.getByText("Customise…").click();
  await page.getByRole("checkbox", { name: /Also ask tasks/ }).check();
  await expect.poll(async () => (await callsOf(page, "query_plan")).at(-1)?.args["choice"]).toMatchObject({ mode: "standard", tasks: { tasks: [], budget_s: 300 } });
  await expect(page.getByText(/adds 8–15.min/)).toBeVisible();
  await page.getByRole("button", { name: "Start the climb" }).click();
  await expect.poll(async () => (await callsOf(page, "start_climb")).at(-1)?.args["choice"]).toMatchObject({ mode: "standard", tasks: { budget_s: 300 } });
});

test("History lists a run of tasks by its tasks, opens its advice, and offers no comparison of its speed", async ({ open }) => {
  const page = await open(worlds.tasksRunsWorld, "history");
  const run = page.getByRole("listitem").filter({ hasText: "Tasks: fast classification, chat and instructions, log diagnostics and 3 more" });
  await expect(run.getByRole("checkbox")).toHaveCount(0);
  await expect(page.getByRole("listitem").filter({ hasText: "with 2 tasks" }).getByRole("checkbox")).toHaveCount(1);
  await run.getByRole("link").click();
  await expect(page).toHaveURL(/#\/recommend\/r-7$/);
});

test("Results of a climb that asked tasks has the chart of quality, and leads to the advice", async ({ open }) => {
  const page = await open(worlds.tasksRunsWorld, "results/r-8");
  await page.getByRole("tab", { name: "Quality × speed" }).click();
  await expect.poll(async () => (await callsOf(page, "query_chart")).at(-1)?.args).toMatchObject({ run: "r-8", kind: "quality" });
  await page.getByRole("button", { name: "Tasks", exact: true }).click();
  await expect(page).toHaveURL(/#\/recommend\/r-8$/);
});
