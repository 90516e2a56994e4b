// What a person chose to climb, made whole: every part of a stored choice that no longer exists falls back.
import type { Choice } from "./messages/Choice";
import type { Setup } from "./messages/Setup";
import type { TaskChoice } from "./messages/TaskChoice";
import { MODES } from "./words";

/** Needs nothing installed, so it always makes Start work. */
const FIRST_ENGINE = "llama";
const FIRST_LADDER = "starter";
const FIRST_MODE = "standard";
/** Is found by its address alone, so that it stands in no list of what is here. */
const SERVER = "openai";

export function wholeChoice(stored: Partial<Choice>, setup: Setup): Choice {
  const usual = setup.engines.find((engine) => engine.kind === FIRST_ENGINE && engine.ready) ?? setup.engines.find((engine) => engine.ready);
  const engine = isServer(stored) ? SERVER : (setup.engines.find((entry) => entry.kind === stored.engine)?.kind ?? usual?.kind ?? FIRST_ENGINE);
  const named = setup.ladders.some((entry) => entry.name === stored.ladder);
  const ladder = stored.ladder && (named || isPath(stored.ladder)) ? stored.ladder : (setup.ladders.find((entry) => entry.name === FIRST_LADDER) ?? setup.ladders[0])?.name;
  return {
    engine,
    url: engine === stored.engine && typeof stored.url === "string" ? stored.url : null,
    ladder: ladder ?? FIRST_LADDER,
    mode: MODES.find((mode) => mode.name === stored.mode)?.name ?? FIRST_MODE,
    without_downloads: stored.without_downloads === true,
    tasks: stored.tasks ? wholeTasks(stored.tasks) : null,
  };
}

/** Five minutes a model: long enough for a first look at every task on most machines. */
const FIRST_BUDGET_S = 300;

/** A wish of tasks with every part in place. A stored one may be of an older form. */
export function wholeTasks(stored: Partial<TaskChoice>): TaskChoice {
  const words = (list: unknown): string[] => (Array.isArray(list) ? list.filter((one) => typeof one === "string") : []);
  const budget = stored.budget_s === null ? null : Number.isFinite(stored.budget_s) ? Number(stored.budget_s) : FIRST_BUDGET_S;
  return { tasks: words(stored.tasks), budget_s: budget, rotating: stored.rotating === true, own_files: words(stored.own_files) };
}

function isServer(stored: Partial<Choice>): boolean {
  return stored.engine === SERVER && typeof stored.url === "string" && stored.url !== "";
}

/** Whether a ladder is a person's own file, and not the name of one that comes with Toprung. */
export function isPath(ladder: string): boolean {
  return /[\\/]/.test(ladder) || ladder.endsWith(".toml");
}

/** Whether an engine is reached over HTTP at its usual address or another. */
export const hasAddress = (engine: string): boolean => engine === "ollama";

/** Whether an engine pulls a model by any name that a person writes. */
export const takesAnyName = (engine: string): boolean => engine === "ollama";
