// Which runs are ticked in History, and whether they can be compared.
import { moment } from "./format";
import type { RunRow } from "./messages/RunRow";
import type { Compared } from "./route.svelte";

export const MOST = 2;

/** Whether a run holds speeds: one of tasks alone does not. */
export const holdsSpeed = (run: RunRow): boolean => run.mode !== "tasks";

/** With one more run ticked, or one less. A third takes the place of the run that was ticked first. */
export function toggled(picked: string[], run: string): string[] {
  return picked.includes(run) ? picked.filter((id) => id !== run) : [...picked, run].slice(-MOST);
}

/** The ticked runs that are still there, the older first: B is seen from A, and what came later from what was before. */
export function inOrder(picked: string[], runs: RunRow[]): RunRow[] {
  return runs.filter((run) => picked.includes(run.id) && holdsSpeed(run)).sort((a, b) => Date.parse(a.started_at) - Date.parse(b.started_at));
}

/** What Compare is asked, or null where the ticked runs make no question. */
export function questionOf(chosen: RunRow[]): Compared | null {
  const [a, b] = chosen;
  if (a && b) return { a: a.id, b: b.id, asked: [] };
  return a?.interleaved ? { a: a.id, b: null, asked: [] } : null;
}

/** What stands beside the button: the choice, or why there is none yet. */
export function hint(chosen: RunRow[], runs: number): string {
  const [a, b] = chosen;
  if (a && b) return `A: ${moment(a.started_at)}. B: ${moment(b.started_at)}. Another tick takes the place of the first.`;
  if (a?.interleaved) return "This run measured A against B in turns: compare its two sides, or tick a second run.";
  if (runs < MOST) return "Comparing needs two runs.";
  return a ? "Tick one more run to compare the two." : "Tick two runs to compare them.";
}

/** The newest two runs that hold something, the older as A; null where there are none. */
export function newestTwo(runs: RunRow[]): Compared | null {
  const measured = runs.filter((run) => run.rungs_done > 0 && holdsSpeed(run)).slice(0, MOST);
  const [a, b] = inOrder(measured.map((run) => run.id), measured);
  return a && b ? { a: a.id, b: b.id, asked: [] } : null;
}

/** The newest run that holds a comparison of its own. */
export function ofItself(runs: RunRow[]): Compared | null {
  const run = runs.find((one) => one.interleaved);
  return run ? { a: run.id, b: null, asked: [] } : null;
}
