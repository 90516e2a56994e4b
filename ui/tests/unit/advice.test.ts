import { describe, expect, it } from "vitest";

import { addedWords, firstLine, floorsOf, itemsOf, pickTitle, rowOf, shareRange, shareWords, textsOf, tiedWith, timeWords, weightsWords, withFloors } from "../../src/advice";
import { wholeTasks } from "../../src/choice";
import { listed } from "../../src/format";
import { Latest } from "../../src/latest";
import { holdsSpeed, newestTwo } from "../../src/picks";
import { hrefOfAdvice, placeOf } from "../../src/route.svelte";
import { advice, items, share } from "../fixtures/advice";
import { classicPlan, tasksPlan } from "../fixtures/plans";
import { rows, tasksRow } from "../fixtures/runs";

const plain = (text: string | null): string | null => text && text.replaceAll("\u202f", " ");
const task = (name: string) => {
  const found = advice.tasks.find((one) => one.task === name);
  if (!found) throw new Error(name);
  return found;
};

describe("a card", () => {
  it("says its share with the interval", () => {
    expect(shareWords(share(20))).toBe("20 of 24 right");
    expect(plain(shareRange(share(20)))).toBe("64–93 %");
  });
  it("shows the best that was asked where no model will do", () => {
    expect(pickTitle(task("translation"))).toBe("No model will do");
    expect(rowOf(task("translation"))?.pick.model).toBe("llama3:8b");
  });
  it("says with whom it is tied, and not with itself", () => expect(tiedWith(task("chat")).map((pick) => pick.model)).toEqual(["llama3:8b"]));
  it("tells the weights in words", () => expect(plain(weightsWords(advice.weights))).toBe("quality counts 60 %, speed 30 % and memory 10 %"));
});

describe("floors", () => {
  it("come back from their texts as they were", () => {
    for (const one of advice.tasks) expect(floorsOf(textsOf(one.floors)).floors).toEqual(one.floors);
  });
  it("take a comma, and nothing as no bound", () => expect(floorsOf({ quality: "62,5", seconds: "", tokens_per_s: "7", first_token_s: " " }).floors).toEqual({ quality: 0.625, seconds: null, tokens_per_s: 7, first_token_s: null }));
  it.each([
    ["quality", ""],
    ["quality", "120"],
    ["quality", "-1"],
    ["seconds", "0"],
    ["seconds", "soon"],
    ["tokens_per_s", "-3"],
    ["first_token_s", "Infinity"],
  ] as const)("refuse %s of “%s” with words", (field, text) => {
    const { wrong } = floorsOf({ ...textsOf(task("classify").floors), [field]: text });
    expect(Object.keys(wrong ?? {})).toEqual([field]);
  });
  it("that are the usual ones again are not kept", () => {
    const coding = task("coding");
    const own = withFloors([], coding, { ...coding.floors, quality: 0.5 });
    expect(own.map((one) => one.task)).toEqual(["coding"]);
    expect(withFloors(own, coding, coding.usual_floors)).toEqual([]);
  });
});

describe("answers", () => {
  it("are filtered by verdict; what does not count is neither right nor wrong", () => {
    expect(itemsOf(items.items, "wrong").map((item) => item.grade)).toEqual(["wrong", "code_timed_out", "empty"]);
    expect(itemsOf(items.items, "uncounted").map((item) => item.grade)).toEqual(["unsupported"]);
    expect(itemsOf(items.items, "all")).toHaveLength(19);
  });
  it("are listed by their prompt's first line that says something", () => expect(firstLine("\n  \n Write a function.\nMore")).toBe("Write a function."));
});

describe("the slider's questions", () => {
  it("go one at a time, and the newest wish is the last one asked", async () => {
    const asked: number[] = [];
    let most = 0;
    let under = 0;
    const latest = new Latest<number>(async (wish) => {
      most = Math.max(most, ++under);
      asked.push(wish);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under -= 1;
    });
    await Promise.all([1, 2, 3, 4].map((wish) => latest.want(wish)));
    expect(most).toBe(1);
    expect(asked).toEqual([1, 4]);
    await latest.want(5);
    expect(asked).toEqual([1, 4, 5]);
  });
});

describe("time", () => {
  it("of a plan holds the tasks'", () => {
    expect(plain(timeWords(classicPlan))).toBe("35–50 min");
    expect(plain(timeWords(tasksPlan))).toBe("9–17 min");
    expect(plain(addedWords(tasksPlan))).toBe("adds 8–15 min");
  });
  it("that is not known is not invented", () => {
    const tasks = tasksPlan.tasks && { ...tasksPlan.tasks, low_s: null };
    expect(plain(timeWords({ ...tasksPlan, tasks }))).toBe("up to 17 min");
    expect(plain(timeWords({ ...tasksPlan, tasks: tasks && { ...tasks, high_s: null } }))).toBe("up to 2 min and the tasks");
  });
});

it("a stored wish of tasks of an older form is made whole", () => {
  expect(wholeTasks({})).toEqual({ tasks: [], budget_s: 300, rotating: false, own_files: [] });
  expect(wholeTasks({ tasks: ["coding"], budget_s: null }), "no limit was chosen on purpose").toMatchObject({ tasks: ["coding"], budget_s: null });
});

it("a run of tasks alone is not offered for a comparison of speed", () => {
  expect(holdsSpeed(tasksRow)).toBe(false);
  expect(newestTwo([tasksRow, ...rows])).toEqual(newestTwo(rows));
});

it("the address keeps the run and the task", () => {
  for (const [run, name] of [["r-7", "coding"], [null, "own:my mails"], ["r-7", undefined], [null, undefined]] as const) {
    expect(placeOf(hrefOfAdvice(run, name))).toMatchObject({ screen: "recommend", run, task: name ?? null });
  }
});

it("many names are counted", () => {
  expect(listed(["Coding"])).toBe("coding");
  expect(listed(["Coding", "Summaries", "Chat"])).toBe("coding, summaries and chat");
  expect(listed(["A", "B", "C", "D", "E"])).toBe("a, b, c and 2 more");
});
