// What the window remembers between starts: the theme, the keys, the last choice. Kept in the page's own storage.
import type { Choice } from "./messages/Choice";
import type { TaskChoice } from "./messages/TaskChoice";
import { applyTheme, onSystemTheme, resolveTheme, storeTheme, storedTheme, type Theme, type ThemeChoice } from "./theme";

const KEYS = "toprung.single-keys";
const CHOICE = "toprung.choice";
const TASKS = "toprung.tasks";

class Settings {
  #choice = $state<ThemeChoice>(storedTheme());
  #theme = $state<Theme>(resolveTheme(storedTheme()));
  #singleKeys = $state(localStorage.getItem(KEYS) !== "off");

  get themeChoice(): ThemeChoice {
    return this.#choice;
  }
  set themeChoice(choice: ThemeChoice) {
    this.#choice = choice;
    storeTheme(choice);
    this.applyTheme();
  }
  /** The theme on the screen now. */
  get theme(): Theme {
    return this.#theme;
  }
  get singleKeys(): boolean {
    return this.#singleKeys;
  }
  set singleKeys(on: boolean) {
    this.#singleKeys = on;
    localStorage.setItem(KEYS, on ? "on" : "off");
  }

  applyTheme(): void {
    this.#theme = resolveTheme(this.#choice);
    applyTheme(this.#theme);
  }
}

export const settings = new Settings();

/** Puts the theme on the page and keeps it in step with the system. */
export function followTheme(): () => void {
  settings.applyTheme();
  return onSystemTheme(() => settings.applyTheme());
}

/** The choice of the last start, as far as it is still whole. */
export const storedChoice = (): Partial<Choice> => stored<Choice>(CHOICE);
/** What was last wished of the tasks. */
export const storedTasks = (): Partial<TaskChoice> => stored<TaskChoice>(TASKS);

function stored<T>(key: string): Partial<T> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Partial<T>) : {};
  } catch {
    return {};
  }
}

export function storeChoice(choice: Choice): void {
  localStorage.setItem(CHOICE, JSON.stringify(choice));
}

export function storeTasks(tasks: TaskChoice): void {
  localStorage.setItem(TASKS, JSON.stringify(tasks));
}
