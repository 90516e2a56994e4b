// Light, dark, or what the system says. WebKitGTK's own preference is unreliable, so a person can overrule it.

export type ThemeChoice = "system" | "light" | "dark";
export type Theme = "light" | "dark";

export const THEMES: readonly ThemeChoice[] = ["system", "light", "dark"];
const KEY = "toprung.theme";
const systemIsDark = () => matchMedia("(prefers-color-scheme: dark)");

export function storedTheme(): ThemeChoice {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === stored) ?? "system";
}

export function storeTheme(choice: ThemeChoice): void {
  localStorage.setItem(KEY, choice);
}

/** The theme that a choice means at this moment. */
export function resolveTheme(choice: ThemeChoice): Theme {
  if (choice !== "system") return choice;
  return systemIsDark().matches ? "dark" : "light";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
}

/** Calls `listen` whenever the system changes its mind. */
export function onSystemTheme(listen: () => void): () => void {
  const query = systemIsDark();
  query.addEventListener("change", listen);
  return () => query.removeEventListener("change", listen);
}
