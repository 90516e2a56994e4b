// What the Recommend screen makes of the advice, without a word of markup.
import { clock, figure, minutesRange, percent, whole } from "./format";
import type { AdviceRowView } from "./messages/AdviceRowView";
import type { AdviceView } from "./messages/AdviceView";
import type { FloorsView } from "./messages/FloorsView";
import type { PickView } from "./messages/PickView";
import type { PlanView } from "./messages/PlanView";
import type { ShareView } from "./messages/ShareView";
import type { TaskAdviceView } from "./messages/TaskAdviceView";
import type { TaskFloorsView } from "./messages/TaskFloorsView";
import type { TaskItemView } from "./messages/TaskItemView";
import type { WeightsView } from "./messages/WeightsView";

/** Below this, a second has places worth showing. */
const MINUTE_S = 60;

/** Seconds of an answer: 0.410 s, 3.20 s, 2 min 5 s. */
export const seconds = (s: number): string => (s < MINUTE_S ? `${figure(s)}\u202fs` : clock(s));

/** "Quality counts 60 %, speed 30 % and memory 10 %". */
export const weightsWords = ({ quality, speed, memory: space }: WeightsView): string =>
  `quality counts ${percent(quality)}, speed ${percent(speed)} and memory ${percent(space)}`;

/** "20 of 24 right". */
export const shareWords = ({ ok, n }: ShareView): string => `${whole(ok)} of ${whole(n)} right`;

/** "64–93 %". */
export function shareRange({ low, high }: ShareView): string {
  const [from, to] = [whole(low * 100), percent(high)];
  return percent(low) === to ? to : `${from}–${to}`;
}

/** One model under one engine. */
export const keyOf = ({ model, engine, server }: PickView): string => [model, engine, server ?? ""].join("\n");

/** The row of the model that a card is about: its pick, else the best that was asked. */
export function rowOf(task: TaskAdviceView): AdviceRowView | undefined {
  const pick = task.pick;
  return pick ? task.rows.find((row) => keyOf(row.pick) === keyOf(pick)) : task.rows.find((row) => row.right !== null);
}

/** The model on a card, or why there is none. */
export function pickTitle(task: TaskAdviceView): string {
  return task.pick?.title ?? (task.rows.some((row) => row.right !== null) ? "No model will do" : "No answer yet");
}

/** A tie says with whom. */
export function tiedWith(task: TaskAdviceView): PickView[] {
  const pick = task.pick;
  return task.members.filter((member) => !pick || keyOf(member) !== keyOf(pick));
}

/** Model names that stand out in sentences. */
export const namesIn = (...tasks: TaskAdviceView[]): string[] => [...new Set(tasks.flatMap((task) => task.rows.map((row) => row.pick.title)))];

/** Whether any task has a model to write down. */
export const hasChosen = (advice: AdviceView): boolean => advice.tasks.some((task) => task.verdict === "use" || task.verdict === "tie");

// Floors, as they are typed.

export type FloorField = "quality" | "seconds" | "tokens_per_s" | "first_token_s";
export const FLOOR_FIELDS: readonly { field: FloorField; title: string; unit: string }[] = [
  { field: "quality", title: "Right answers, at least", unit: "%" },
  { field: "seconds", title: "An answer takes at most", unit: "s" },
  { field: "tokens_per_s", title: "Writes at least", unit: "tok/s" },
  { field: "first_token_s", title: "First token within", unit: "s" },
];
/** No number of answers proves a share above this. */
const HIGHEST_PERCENT = 99;

export type FloorTexts = Record<FloorField, string>;

export function textsOf(floors: FloorsView): FloorTexts {
  const text = (value: number | null): string => (value === null ? "" : String(Math.round(value * 1_000) / 1_000));
  return { quality: text(floors.quality * 100), seconds: text(floors.seconds), tokens_per_s: text(floors.tokens_per_s), first_token_s: text(floors.first_token_s) };
}

/** The floors that were typed, or what is wrong with each field that makes no sense. */
export function floorsOf(texts: FloorTexts): { floors: FloorsView; wrong: null } | { floors: null; wrong: Partial<FloorTexts> } {
  const wrong: Partial<FloorTexts> = {};
  const value = (field: FloorField): number | null => {
    const text = texts[field].trim().replace(",", ".");
    if (text === "" && field !== "quality") return null;
    const number = text === "" ? Number.NaN : Number(text);
    if (field === "quality" && !(number >= 0 && number <= HIGHEST_PERCENT)) wrong[field] = `A figure from 0 to ${HIGHEST_PERCENT}.`;
    if (field !== "quality" && !(number > 0 && Number.isFinite(number))) wrong[field] = "A figure above 0, or nothing for no bound.";
    return number;
  };
  const floors = { quality: (value("quality") ?? 0) / 100, seconds: value("seconds"), tokens_per_s: value("tokens_per_s"), first_token_s: value("first_token_s") };
  return Object.keys(wrong).length > 0 ? { floors: null, wrong } : { floors, wrong: null };
}

export const sameFloors = (a: FloorsView, b: FloorsView): boolean => FLOOR_FIELDS.every(({ field }) => a[field] === b[field]);

/** The floors that differ from the usual ones, with those of one task set or taken back. */
export function withFloors(own: TaskFloorsView[], task: TaskAdviceView, floors: FloorsView): TaskFloorsView[] {
  const others = own.filter((one) => one.task !== task.task);
  return sameFloors(floors, task.usual_floors) ? others : [...others, { task: task.task, floors }];
}

// Answers.

export type ItemFilter = "all" | "wrong" | "uncounted";

export const isWrong = (item: TaskItemView): boolean => item.counts && !item.passes;

export function itemsOf(items: TaskItemView[], filter: ItemFilter): TaskItemView[] {
  if (filter === "wrong") return items.filter(isWrong);
  return filter === "uncounted" ? items.filter((item) => !item.counts) : items;
}

/** The first line that says something: what a list shows of a prompt. */
export const firstLine = (text: string): string => text.split("\n").map((line) => line.trim()).find((line) => line !== "") ?? "";

// Time.

/** How long a whole plan takes, its tasks included: "35–50 min", "5–10 min and the tasks"; null where nothing is known. */
export function timeWords(plan: PlanView): string | null {
  const { minutes_low: low, minutes_high: high, tasks } = plan;
  if (low === null || high === null) return null;
  if (!tasks) return minutesRange(low, high);
  if (tasks.high_s === null) return `${minutesRange(low, high)} and the tasks`;
  // With nothing to estimate the tasks from, only the end is known.
  return minutesRange(tasks.low_s === null ? 0 : low + tasks.low_s / MINUTE_S, high + tasks.high_s / MINUTE_S);
}

/** The time that a plan's tasks add: "adds 3–8 min", "adds up to 20 min". */
export function addedWords(plan: PlanView): string {
  const [low, high] = [plan.tasks?.low_s ?? null, plan.tasks?.high_s ?? null];
  if (high === null) return "adds as long as the models take";
  return `adds ${minutesRange((low ?? 0) / MINUTE_S, high / MINUTE_S)}`;
}
