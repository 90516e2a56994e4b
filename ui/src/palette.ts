// What the palette offers at this moment.
import { climb } from "./climb.svelte";
import { moment } from "./format";
import type { RunRow } from "./messages/RunRow";
import { holdsSpeed, newestTwo } from "./picks";
import { compareAnew, go, goCompare, route, SCREENS } from "./route.svelte";
import { settings } from "./settings.svelte";
import { scan } from "./setup.svelte";
import { stress } from "./stress.svelte";
import { THEMES } from "./theme";

export interface Command {
  title: string;
  about: string;
  run: () => void;
}

/** Runs further back are found in History. */
const RUNS_OFFERED = 8;

export function commands(runs: RunRow[], help: () => void): Command[] {
  return [
    ...whileClimbing(),
    ...(stress.live?.state === "running" ? [{ title: "Stop the stress test and keep", about: stress.live.title.toLowerCase(), run: () => void stress.stop() }] : []),
    ...SCREENS.map(({ screen, title }, index) => ({ title, about: `screen ${index + 1}`, run: () => go(screen) })),
    ...comparisons(runs),
    ...runs.slice(0, RUNS_OFFERED).map((run) => ({ title: `${holdsSpeed(run) ? "Results" : "Tasks"} of ${moment(run.started_at)}`, about: run.ladder, run: () => go(holdsSpeed(run) ? "results" : "recommend", run.id) })),
    ...THEMES.map((theme) => ({ title: `Theme: ${theme}`, about: settings.themeChoice === theme ? "now" : "", run: () => void (settings.themeChoice = theme) })),
    { title: "Look at this machine again", about: "re-scan", run: () => void scan() },
    { title: "Keys and how to read the ladder", about: "?", run: help },
  ];
}

function comparisons(runs: RunRow[]): Command[] {
  const [two, inView] = [newestTwo(runs), route.compared];
  const own = runs.slice(0, RUNS_OFFERED).filter((run) => run.interleaved);
  return [
    ...(inView?.b ? [{ title: "Swap A and B", about: "comparison", run: () => compareAnew({ ...inView, a: inView.b ?? inView.a, b: inView.a }) }] : []),
    ...(two ? [{ title: "Compare the newest two runs", about: "comparison", run: () => goCompare(two) }] : []),
    ...own.map((run) => ({ title: `Compare A with B of ${moment(run.started_at)}`, about: "measured in turns", run: () => goCompare({ a: run.id, b: null, asked: [] }) })),
  ];
}

function whileClimbing(): Command[] {
  const state = climb.live?.state;
  if (state === undefined || state === "stopping") return [];
  const waits = state === "paused" || state === "pausing";
  return [
    { title: waits ? "Go on climbing" : "Pause after this trial", about: "Space", run: () => void climb.togglePause() },
    { title: "Stop and keep", about: "keeps what is finished", run: () => void climb.stop() },
  ];
}

/** The commands whose title or remark holds every word typed. */
export function matching(all: Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter(({ title, about }) => words.every((word) => `${title} ${about}`.toLowerCase().includes(word)));
}
