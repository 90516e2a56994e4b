// What the Compare screen makes of a comparison, without a word of markup. Every figure and verdict comes from Rust.
import { count } from "./format";
import type { ComparedView } from "./messages/ComparedView";
import type { ComparisonView } from "./messages/ComparisonView";
import type { DifferenceView } from "./messages/DifferenceView";
import type { PairView } from "./messages/PairView";
import type { Problem } from "./messages/Problem";
import { comparedWord, figureWord } from "./words";

/** Where a pair's verdict is read first, as Rust's own sentence does. */
export const mainFigure = (pair: PairView): ComparedView | undefined => pair.figures.find((one) => one.figure === "decode") ?? pair.figures[0];

export const isRefused = (pair: PairView): boolean => pair.reasons.length > 0;

const OUTCOMES = ["faster", "slower", "no difference", "can't tell", "not compared"];

/** How many pairs came out which way, without those that none did. */
function counted(pairs: PairView[]): { outcome: string; n: number }[] {
  const outcomes = pairs.map(outcomeOf);
  return OUTCOMES.map((outcome) => ({ outcome, n: outcomes.filter((other) => other === outcome).length })).filter(({ n }) => n > 0);
}

/** The answer in a sentence: the one pair's own, or how many models came out which way. */
export function summary({ pairs }: ComparisonView): string {
  const [only, ...others] = pairs;
  if (!only) return "Nothing was compared.";
  if (others.length === 0) return only.answer;
  const ways = counted(pairs);
  const alike = ways.length === 1 ? ways[0]?.outcome : undefined;
  const [of, by] = [count(pairs.length, "model"), byWhat(pairs)];
  if (alike === "not compared") return "These two runs can't be compared.";
  if (alike === "faster" || alike === "slower") return `B is ${alike} than A with all ${of}, by ${by}.`;
  return `B against A with ${of}, by ${by}: ${ways.map(({ outcome, n }) => `${n} ${outcome}`).join(", ")}.`;
}

/** What stands out in that sentence: the models of a single pair, and how it came out. */
export function emphasis({ pairs }: ComparisonView): string[] {
  const [only, ...others] = pairs;
  const names = only && others.length === 0 && only.a.title !== only.b.title ? [only.a.title, only.b.title] : [];
  return [...names, ...OUTCOMES, ...counted(pairs).map(({ outcome, n }) => `${n} ${outcome}`)];
}

function outcomeOf(pair: PairView): string {
  const main = mainFigure(pair);
  return main ? comparedWord(main.verdict).text : "not compared";
}

/** The figures that the verdicts come from: all of one kind, unless a pair lacks it. */
function byWhat(pairs: PairView[]): string {
  const titles = pairs.map(mainFigure).flatMap((main) => (main ? [figureWord(main.figure).title.toLowerCase()] : []));
  return [...new Set(titles)].join(" or ");
}

/** What every pair says alike, so that it is said once, and what each says beside. One pair keeps all of its own. */
export function shared<T>(pairs: PairView[], of: (pair: PairView) => T[], key: (one: T) => string): T[] {
  const [first, ...others] = pairs;
  if (!first || others.length === 0) return [];
  return of(first).filter((one) => others.every((pair) => of(pair).some((other) => key(other) === key(one))));
}

export const wordsOf = (difference: DifferenceView): string => difference.words;

/** The codes of what stands against a comparison: asked for, they no longer do. */
export const aspectsOf = (differences: DifferenceView[]): string[] => [...new Set(differences.map((difference) => difference.aspect))];

/** Nothing to insist on where a side has no figure. */
export const canInsist = (pair: PairView): boolean => pair.a.grade !== null && pair.b.grade !== null;

/** "both grade A", "A grade A, B not measured". */
export function gradesOf({ a, b }: PairView): string {
  const [ofA, ofB] = [a, b].map(({ grade }) => (grade === null ? "not measured" : `grade ${grade}`));
  return ofA === ofB ? `both ${ofA}` : `A ${ofA}, B ${ofB}`;
}

/** How far an interval bar reaches to either side, as a change. */
export interface Reach {
  low: number;
  high: number;
}

/** Ends that a person reads at a glance. */
const REACHES = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

/** One scale for all of a pair's figures, so that their bars can be held against each other. */
export function reachOf(figures: ComparedView[], margin: number): Reach {
  const furthest = Math.max(margin, ...figures.flatMap(({ ratio }) => [Math.abs(ratio.low - 1), Math.abs(ratio.high - 1)]));
  const high = REACHES.find((reach) => reach >= furthest) ?? furthest;
  // A figure can't lose more than all of itself.
  return { low: -Math.min(high, 1), high };
}

/** Where a change stands on the bar, 0 to 1. */
export const placeOn = ({ low, high }: Reach, change: number): number => (Math.min(Math.max(change, low), high) - low) / (high - low);

/** Problems whose next step in the terminal is something to type. */
const STEPS: Record<string, string> = {
  nothing_in_common: "Choose two runs that have measured the same model.",
  same_run: "Choose two different runs.",
  compare_with_what: "Choose a second run.",
  no_such_run: "It may have been deleted. Choose two runs that are in the list.",
};

export const inWindow = (problem: Problem): Problem => ({ ...problem, next_step: STEPS[problem.code] ?? problem.next_step });

/** A sentence's full stop, where it has none yet. */
export const stopped = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);
