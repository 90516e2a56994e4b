// Which screen is open, kept in the address so that a reload comes back to it.

export type Screen = "climb" | "results" | "recommend" | "models" | "history" | "compare" | "hardware";

export const SCREENS: readonly { screen: Screen; title: string }[] = [
  { screen: "climb", title: "Climb" },
  { screen: "results", title: "Results" },
  { screen: "recommend", title: "Recommend" },
  { screen: "models", title: "Models" },
  { screen: "history", title: "History" },
  { screen: "compare", title: "Compare" },
  { screen: "hardware", title: "Hardware" },
];

/** What Compare shows. */
export interface Compared {
  a: string;
  /** null compares the two sides of a run that was measured as A against B. */
  b: string | null;
  /** Differences that a person compares in spite of, by their codes. */
  asked: string[];
}

interface Place {
  screen: Screen;
  /** The run that Results shows, null being the newest, or that History begins with ticked; the stress test that is open on Hardware; the
      run whose tasks Recommend is about, null being every comparable one. */
  run: string | null;
  /** The task whose answers are open on Recommend. */
  task: string | null;
  /** null where no runs are chosen yet. */
  compared: Compared | null;
}

export function placeOf(hash: string): Place {
  const [name = "", ...parts] = hash.replace(/^#\/?/, "").split("/");
  const [run = "", b = "", asked = ""] = parts.map(decodeURIComponent);
  const screen = SCREENS.find((entry) => entry.screen === name)?.screen ?? "climb";
  return {
    screen,
    run: ["results", "recommend", "history", "hardware"].includes(screen) ? run || null : null,
    task: screen === "recommend" ? b || null : null,
    compared: screen === "compare" && run ? { a: run, b: b || null, asked: asked.split(",").filter(Boolean) } : null,
  };
}

/** The address of a run's advice, or of its answers to one task. */
export function hrefOfAdvice(run: string | null, task?: string): string {
  const parts = [run ?? "", task ?? ""].map(encodeURIComponent).join("/");
  return `#/recommend/${parts}`.replace(/\/+$/, "");
}

/** The address of a comparison. */
export function hashOf({ a, b, asked }: Compared): string {
  const parts = [a, b ?? "", asked.join(",")].map(encodeURIComponent).join("/");
  return `#/compare/${parts.replace(/\/+$/, "")}`;
}

class Route {
  #place = $state<Place>(placeOf(location.hash));

  get screen(): Screen {
    return this.#place.screen;
  }
  get run(): string | null {
    return this.#place.run;
  }
  get task(): string | null {
    return this.#place.task;
  }
  get compared(): Compared | null {
    return this.#place.compared;
  }
  read(): void {
    this.#place = placeOf(location.hash);
  }
}

export const route = new Route();

export function go(screen: Screen, run?: string): void {
  location.hash = run === undefined ? `#/${screen}` : `#/${screen}/${encodeURIComponent(run)}`;
  route.read();
}

export function goCompare(runs: Compared): void {
  location.hash = hashOf(runs);
  route.read();
}

/** Asks anew about the runs in view: it is no step of its own, and the focus stays where it is. */
export function compareAnew(runs: Compared): void {
  history.replaceState(null, "", hashOf(runs));
  route.read();
}
