// The ladder as one picture: what a plan, a climb and a result have in common.
import { bytes, change, clock, figure, percent, plusMinus, range, speed } from "./format";
import type { LiveItem } from "./messages/LiveItem";
import type { LiveRung } from "./messages/LiveRung";
import type { PlannedRungView } from "./messages/PlannedRungView";
import { rungStateWord } from "./words";

export interface LadderRung {
  name: string;
  /** The full model reference, for where the name was shortened. */
  model: string;
  meta: string;
  look: "plan" | "wait" | "now" | "done" | "fail" | "out";
  /** Expected tokens per second, drawn dashed. */
  expected: [number, number] | null;
  /** Measured tokens per second, drawn solid, or hatched on a rung that failed. */
  measured: number | null;
  /** The figure at the bar's end, and what is said beside it. */
  label: string | null;
  aside: string | null;
}

/** The quantization stands in the small line: where a name ends in it as well, it is cut off, so that the rest has room. */
function named(rung: { title: string; quantization: string | null }): string {
  const tag = rung.quantization === null ? null : `:${rung.quantization}`;
  const carries = tag !== null && rung.title.toLowerCase().endsWith(tag.toLowerCase());
  return carries ? rung.title.slice(0, -tag.length) : rung.title;
}

const join = (...parts: (string | null)[]): string => parts.filter(Boolean).join(" · ");
const size = (rung: { file_bytes: number | null }): string | null => (rung.file_bytes === null ? null : bytes(rung.file_bytes));

export function fromPlan(rung: PlannedRungView): LadderRung {
  const expected = pair(rung.expected_low, rung.expected_high);
  return {
    name: named(rung),
    model: rung.model,
    meta: join(size(rung), rung.quantization),
    look: "plan",
    expected,
    measured: null,
    label: expected && range(...expected),
    aside: null,
  };
}

/** `expected` comes from the plan that the climb began with, where there was one. */
export function fromLive(rung: LiveRung, isCurrent: boolean, expected: [number, number] | null = null): LadderRung {
  const known = rung.decode_tps !== null;
  return {
    name: named(rung),
    model: rung.model,
    meta: join(size(rung), rung.quantization, rung.state === "measured" && rung.grade ? `grade ${rung.grade}` : null),
    look: look(rung.state, isCurrent),
    expected: rung.state === "measured" ? null : expected,
    measured: rung.decode_tps,
    label: known ? figure(rung.decode_tps ?? 0) : expected && range(...expected),
    aside: known ? aside(rung) : null,
  };
}

function look(state: string, isCurrent: boolean): LadderRung["look"] {
  if (state === "measured") return "done";
  if (state === "failed") return "fail";
  if (state === "left_out") return "out";
  return isCurrent ? "now" : "wait";
}

function aside(rung: LiveRung): string | null {
  if (rung.state === "failed") return rung.asked > 0 ? `${rung.answered} of ${rung.asked} answered` : null;
  if (rung.state === "measured") return rung.throughput_change === null ? null : change(rung.throughput_change);
  return rung.decode_half_width === null ? "so far" : `so far, ${plusMinus(rung.decode_half_width)}`;
}

function pair(low: number | null, high: number | null): [number, number] | null {
  return low === null || high === null ? null : [low, high];
}

/** What explains a fit, where its words say more than the chip: "fits: about 1.6 GiB of 22 GiB free". */
export function fitDetail(words: string, chip: string): string | null {
  if (words === chip) return null;
  return words.startsWith(`${chip}: `) ? words.slice(chip.length + 2) : words;
}

/** What stands right of a live rung: its trial, its pull, or its answers. */
export function liveNote(rung: LiveRung): string {
  if (rung.state === "pulling") return pullNote(rung);
  if (rung.state === "measuring" && rung.item) return `${itemOf(rung.item)}, ${rung.items_right} of ${rung.items_asked} right so far`;
  if (rung.state === "measuring" && rung.trial !== null) return `${trialWord(rung.trial_kind)} ${trialOf(rung)}`;
  if (rung.state === "failed") return rung.problem?.what ?? "failed";
  if (rung.state === "left_out") return rung.problem?.what ?? "left out";
  if (rung.state === "measured" && rung.items_asked > 0) return `${rung.items_right} of ${rung.items_asked} items right`;
  if (rung.state === "measured" && rung.asked > 0) return `${rung.answered} of ${rung.asked} answered`;
  return rungStateWord(rung.state);
}

function pullNote(rung: LiveRung): string {
  const share = rung.pulled_bytes !== null && rung.pull_total_bytes ? percent(rung.pulled_bytes / rung.pull_total_bytes) : null;
  return join(share, rung.pull_bytes_per_s === null ? null : speed(rung.pull_bytes_per_s), rung.pull_left_s === null ? null : `${clock(rung.pull_left_s)} left`) || "pulling";
}

/** "coding 3 of 8". */
export const itemOf = (item: LiveItem): string => `${item.title.toLowerCase()} ${item.number} of ${item.of}`;

export const trialWord = (kind: string | null): string => (kind === "answer" ? "answer" : "trial");

/** "3 of 5–20", "3 of 5". */
export function trialOf(rung: LiveRung): string {
  const [least, most] = [rung.trials_at_least, rung.trials_at_most];
  if (least === null || most === null) return `${rung.trial ?? 1}`;
  return `${rung.trial ?? 1} of ${least === most ? least : `${least}–${most}`}`;
}

/** The longest bar's figure: what all lengths are shares of. */
export function longest(rungs: LadderRung[]): number {
  return Math.max(0, ...rungs.map((rung) => Math.max(rung.measured ?? 0, rung.expected?.[1] ?? 0)));
}
