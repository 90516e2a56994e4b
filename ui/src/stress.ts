// The four stress tests in words, and what a person's choices of them mean. Pure.
import type { StressChoice } from "./messages/StressChoice";
import type { Tone } from "./words";

export type StressKind = "sustain" | "download" | "concurrent" | "limit";

interface KindWords {
  kind: StressKind;
  title: string;
  /** The question that it answers. */
  question: string;
  about: string;
  /** How long, where the plan can't say it before. */
  time: string;
}

export const STRESS_KINDS: readonly KindWords[] = [
  { kind: "sustain", title: "Sustained load", question: "Does its speed last?", about: "One model writes without a pause. A machine that keeps 97 % of its best speed in its slowest loop passes.", time: "as long as you choose" },
  { kind: "download", title: "Concurrent download", question: "Can it fetch several models at once?", about: "Models come at the same time; one is cut once, to see that it goes on from what it had.", time: "as long as the downloads take" },
  { kind: "concurrent", title: "Concurrent models", question: "Can it hold several models at once?", about: "Switches between models, loads them side by side, and asks all of them at the same moment.", time: "a minute or two" },
  { kind: "limit", title: "Limit", question: "What is the most it can hold?", about: "Larger models and longer contexts, until the machine says no. It stops before the system suffers.", time: "minutes, by the number of models" },
];

/** Lengths of a sustained test, in minutes. Most laptops begin to throttle within five. */
export const SUSTAIN_MINUTES = [1, 10, 30] as const;
const USUAL_MINUTES = 10;
/** A minute shows that everything works, and says little of the cooling. */
export const minutesWord = (minutes: number): string => (minutes < 3 ? `${minutes} min (check)` : `${minutes} min`);
/** Contexts of the limit test, in tokens. */
export const LONGEST_CONTEXTS = [8_192, 32_768, 131_072] as const;
const USUAL_CONTEXT = 32_768;

/** What a card's fields hold. */
export interface Fields {
  models: string;
  minutes: number;
  requests: string;
  context: number;
  beside: string;
  /** A ladder's name or file; the models are then its own. */
  ladder: string;
  tryAnyway: boolean;
}

export const usualFields = (): Fields => ({ models: "", minutes: USUAL_MINUTES, requests: "", context: USUAL_CONTEXT, beside: "", ladder: "", tryAnyway: false });

/** Names as a person writes them: by commas or spaces. */
export const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

export function choiceOf(kind: StressKind, engine: string, url: string | null, fields: Fields): StressChoice {
  const requests = Number.parseInt(fields.requests, 10);
  const ladder = kind === "download" ? fields.ladder.trim() || null : null;
  return {
    kind,
    engine,
    url,
    models: ladder === null ? namesIn(fields.models) : [],
    ladder,
    beside: kind === "download" ? fields.beside.trim() || null : null,
    seconds: kind === "sustain" ? fields.minutes * 60 : null,
    requests: kind === "concurrent" && Number.isFinite(requests) ? requests : null,
    most_context: kind === "limit" ? fields.context : null,
    try_anyway: kind === "limit" && fields.tryAnyway,
  };
}

interface Word {
  text: string;
  tone: Tone;
}
const VERDICTS: Record<string, Word> = {
  pass: { text: "PASS", tone: "good" },
  fail: { text: "FAIL", tone: "bad" },
  not_decided: { text: "not decided", tone: "warn" },
  not_tested: { text: "not tested", tone: "plain" },
};
export const stressVerdict = (code: string): Word => VERDICTS[code] ?? { text: code.replaceAll("_", " "), tone: "plain" };

/** What a screen reader hears when a test is over. */
export function endedWords(title: string, verdict: string | null, headline: string | null): string {
  if (verdict === null) return `${title} has ended. Nothing could be stored.`;
  return [`${title} has ended: ${stressVerdict(verdict).text}.`, headline].filter(Boolean).join(" ");
}

/** A line of evidence in its two parts: "Stability: 98.1 % (…)" has its name before the colon. A model's name may hold colons of its own, without a space after. */
export function evidenceParts(line: string): [string | null, string] {
  const at = line.indexOf(": ");
  return at > 0 && at < 60 ? [line.slice(0, at), line.slice(at + 2)] : [null, line];
}
