// What the results screens make of a stored run, without a word of markup.
import { count, shortName } from "./format";
import type { ChartView } from "./messages/ChartView";
import type { RungView } from "./messages/RungView";

export interface Part {
  text: string;
  strong: boolean;
}

/** Cuts a sentence where it names a model, so that the name can stand out. The longest name wins: "8B" must not split "8B coder". */
export function emphasised(sentence: string, names: string[]): Part[] {
  const known = [...new Set(names)].filter(Boolean).sort((a, b) => b.length - a.length);
  if (known.length === 0) return [{ text: sentence, strong: false }];
  const pattern = new RegExp(`(${known.map(escaped).join("|")})`, "g");
  return sentence
    .split(pattern)
    .filter(Boolean)
    .map((text) => (known.includes(text) ? { text: shortName(text), strong: true } : { text, strong: false }));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** "grade A", or "grade A, 2 rungs B"; null where nothing is graded. */
export function gradesLine(rungs: Pick<RungView, "grade">[]): string | null {
  const counts = new Map<string, number>();
  for (const { grade } of rungs) if (grade !== null) counts.set(grade, (counts.get(grade) ?? 0) + 1);
  const [first, ...others] = [...counts].sort(([, a], [, b]) => b - a);
  if (!first) return null;
  return [`grade ${first[0]}`, ...others.map(([grade, n]) => `${count(n, "rung")} ${grade}`)].join(", ");
}

/** A chart's figures as a Markdown table, for a note or an issue. */
export function markdownTable(chart: Pick<ChartView, "head" | "rows">): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  const rule = chart.head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [line(chart.head), line(rule), ...chart.rows.map(line)].join("\n") + "\n";
}

/** The title that a person reads for a model reference that a step or a sweet spot names. */
export function titleOf(model: string, rungs: RungView[]): string {
  return rungs.find((rung) => rung.model === model)?.title ?? model;
}
