// Which screen is open, kept in the address so that a reload comes back to it.

export type Screen = "climb" | "results" | "models" | "history";

export const SCREENS: readonly { screen: Screen; title: string }[] = [
  { screen: "climb", title: "Climb" },
  { screen: "results", title: "Results" },
  { screen: "models", title: "Models" },
  { screen: "history", title: "History" },
];

interface Place {
  screen: Screen;
  /** The run that Results shows; null is the newest. */
  run: string | null;
}

export function placeOf(hash: string): Place {
  const [name = "", run] = hash.replace(/^#\/?/, "").split("/");
  const screen = SCREENS.find((entry) => entry.screen === name)?.screen ?? "climb";
  return { screen, run: screen === "results" && run ? decodeURIComponent(run) : null };
}

class Route {
  #place = $state<Place>(placeOf(location.hash));

  get screen(): Screen {
    return this.#place.screen;
  }
  get run(): string | null {
    return this.#place.run;
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
