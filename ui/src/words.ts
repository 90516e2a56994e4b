// Words for the codes that cross from Rust, in one place: a screen never prints a code.

export type Tone = "plain" | "good" | "warn" | "bad" | "on";
interface Word {
  text: string;
  tone: Tone;
}

const VERDICTS: Record<string, Word> = {
  fast_iterations: { text: "fast iterations", tone: "good" },
  balanced: { text: "balanced", tone: "good" },
  high_quality: { text: "high quality", tone: "good" },
  specialised_coding: { text: "specialised coding", tone: "good" },
  works: { text: "works", tone: "plain" },
  avoid: { text: "avoid", tone: "bad" },
  not_measured: { text: "not measured", tone: "plain" },
};

const FITS: Record<string, Word> = {
  fits: { text: "fits", tone: "good" },
  tight: { text: "tight", tone: "warn" },
  too_large: { text: "too large", tone: "bad" },
  unknown: { text: "fit not known", tone: "plain" },
};

const RUNG_STATES: Record<string, string> = {
  waiting: "waiting",
  pulling: "pulling",
  loading: "loading",
  warming_up: "warming up",
  measuring: "measuring",
  measured: "measured",
  failed: "failed",
  left_out: "left out",
};

const RUN_STATES: Record<string, Word> = {
  running: { text: "running", tone: "on" },
  finished: { text: "finished", tone: "good" },
  stopped: { text: "stopped", tone: "warn" },
};

const ENGINES: Record<string, string> = { llama: "llama.cpp (embedded)", ollama: "Ollama", openai: "OpenAI-compatible server", scripted: "Scripted" };

/** What is compared, with its unit and which way is good. */
const FIGURES: Record<string, { title: string; unit: string | null; about: string }> = {
  decode: { title: "Decode speed", unit: "tok/s", about: "more is faster" },
  prefill: { title: "Prefill speed", unit: "tok/s", about: "more is faster" },
  first_token: { title: "First token", unit: null, about: "less is faster" },
  response: { title: "Response", unit: null, about: "less is faster" },
};

/** What B is, each with a mark of its own shape: up, down, equal, a question. `why` says what leaves it open. */
const COMPARED: Record<string, Word & { path: string; why: string | null }> = {
  faster: { text: "faster", tone: "good", path: "M5 8.5v-7M2 4.5l3-3 3 3", why: null },
  slower: { text: "slower", tone: "bad", path: "M5 1.5v7M2 5.5l3 3 3-3", why: null },
  no_difference: { text: "no difference", tone: "plain", path: "M1.5 3.5h7M1.5 6.5h7", why: null },
  not_shown: { text: "can't tell", tone: "warn", path: "M3 3.4a2 2 0 1 1 2.9 1.8c-.6.3-.9.6-.9 1.1M5 8.6v.1", why: "wide interval" },
  too_few_trials: { text: "can't tell", tone: "warn", path: "M3 3.4a2 2 0 1 1 2.9 1.8c-.6.3-.9.6-.9 1.1M5 8.6v.1", why: "too few trials" },
};

/** What is advised for a task, each with a mark of its own shape. */
const ADVISED: Record<string, Word & { path?: string }> = {
  use: { text: "clear", tone: "good" },
  tie: { text: "tie", tone: "on", path: "M1.5 3.5h7M1.5 6.5h7" },
  not_proven: { text: "not proven", tone: "warn", path: "M3 3.4a2 2 0 1 1 2.9 1.8c-.6.3-.9.6-.9 1.1M5 8.6v.1" },
  none: { text: "none", tone: "bad" },
};

const STANDINGS: Record<string, Word> = {
  recommended: { text: "recommended", tone: "good" },
  tied: { text: "tied", tone: "on" },
  behind: { text: "behind", tone: "plain" },
  unproven: { text: "not proven", tone: "warn" },
  left_out: { text: "left out", tone: "bad" },
  not_measured: { text: "not measured", tone: "plain" },
};

/** How a climb can be run, with what each is for. */
export const MODES = [
  { name: "quick", title: "Quick", about: "3 trials a rung, 20 s at most, ±5 %" },
  { name: "standard", title: "Standard", about: "5 to 20 trials a rung, until the interval is within ±2 %" },
  { name: "thorough", title: "Thorough", about: "10 to 30 trials a rung, 5 min at most, for the narrowest interval" },
  { name: "classic", title: "Classic", about: "5 short prompts a model, as in the escalation tables" },
] as const;

export const verdictWord = (code: string): Word => VERDICTS[code] ?? { text: code.replaceAll("_", " "), tone: "plain" };
export const fitWord = (code: string): Word => FITS[code] ?? { text: code.replaceAll("_", " "), tone: "plain" };
export const rungStateWord = (code: string): string => RUNG_STATES[code] ?? code.replaceAll("_", " ");
export const runStateWord = (code: string): Word => RUN_STATES[code] ?? { text: code, tone: "plain" };
export const engineWord = (kind: string): string => ENGINES[kind] ?? kind;

/** "Ollama 0.5.4", "llama.cpp 0.6.0-dev": a version that names its engine stands alone, and what it says in brackets is for the small print. */
export function engineLine(kind: string, version: string | null): string {
  const name = engineWord(kind);
  const short = version?.replace(/\s*\(.*\)$/, "");
  if (!short) return name;
  return short.startsWith(name.split(" ")[0] ?? name) ? short : `${name} ${short}`;
}

export const modeWord = (name: string): string => (name === "tasks" ? "tasks alone" : MODES.find((mode) => mode.name === name)?.title.toLowerCase() ?? name);
export const figureWord = (code: string): (typeof FIGURES)[string] => FIGURES[code] ?? { title: code.replaceAll("_", " "), unit: null, about: "" };
export const comparedWord = (code: string): (typeof COMPARED)[string] => COMPARED[code] ?? { text: code.replaceAll("_", " "), tone: "plain", path: "", why: null };
export const advisedWord = (code: string): (typeof ADVISED)[string] => ADVISED[code] ?? { text: code.replaceAll("_", " "), tone: "plain" };
export const standingWord = (code: string): Word => STANDINGS[code] ?? { text: code.replaceAll("_", " "), tone: "plain" };
export const gradeTone = (grade: string): Tone => ({ A: "good", B: "warn", C: "bad" })[grade] as Tone ?? "plain";
