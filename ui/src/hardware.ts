// What the Hardware screen says first, from its checks. Pure.
import { count } from "./format";
import type { CheckView } from "./messages/CheckView";
import type { SensorView } from "./messages/SensorView";
import type { StressKind } from "./stress";

interface Answer {
  title: string;
  about: string;
}

/** Whether the machine holds up, in a sentence, and what is open. */
export function answerOf(checks: CheckView[]): Answer {
  const of = (verdict: string): string[] => checks.filter((check) => check.verdict === verdict).map((check) => check.title);
  const [passed, failed, open] = [of("pass"), of("fail"), of("not_tested")];
  if (passed.length + failed.length === 0) {
    return { title: "Nothing has been tested on this machine yet", about: "Each test below shows whether it holds up, with its evidence." };
  }
  const about = [failed.length > 0 ? `${listed(failed)} ${failed.length === 1 ? "fails" : "fail"}.` : null, open.length > 0 ? `${listed(open)} ${open.length === 1 ? "is" : "are"} not tested yet.` : null];
  const title = failed.length === 0 && open.length === 0 ? `This machine holds up: all ${checks.length} checks pass` : failed.length === 0 ? `This machine holds up so far: ${passed.length} of ${checks.length} checks pass` : `${passed.length} of ${checks.length} checks pass on this machine`;
  return { title, about: about.filter(Boolean).join(" ") || "Test again after an update, or when the machine grows slow." };
}

function listed(titles: string[]): string {
  const lower = titles.map((title, index) => (index === 0 ? title : title.charAt(0).toLowerCase() + title.slice(1)));
  return lower.length < 2 ? (lower[0] ?? "") : `${lower.slice(0, -1).join(", ")} and ${lower.at(-1)}`;
}

/** "14 of 18 sensors are readable". */
export function sensorsLine(sensors: SensorView[]): string {
  const readable = sensors.filter((sensor) => sensor.readable).length;
  return readable === sensors.length ? `All ${count(sensors.length, "group")} of sensors are readable` : `${readable} of ${count(sensors.length, "group")} of sensors are readable`;
}

/** Which button answers a check. */
export type Action = { kind: "stress"; test: StressKind; label: string } | { kind: "climb"; label: string } | { kind: "verify"; label: string } | { kind: "models"; label: string };

const TESTS: Record<string, { test: StressKind; label: string }> = {
  cooling: { test: "sustain", label: "Test cooling" },
  downloads: { test: "download", label: "Test downloads" },
  concurrency: { test: "concurrent", label: "Test concurrency" },
  headroom: { test: "limit", label: "Test the limit" },
};

/** The button that would test a check, or test it again; null where there is nothing to press. */
export function actionOf(check: CheckView, engine: string): Action | null {
  const test = TESTS[check.code];
  if (test) return { kind: "stress", test: test.test, label: check.verdict === "not_tested" ? test.label : "Test again" };
  if (check.verdict === "pass") return null;
  if (check.code === "escalation") return { kind: "climb", label: "Plan a climb" };
  // Only the embedded engine's files are ours to read.
  // Without a model there is one line of evidence, and nothing to compute.
  if (check.code === "model_cache") return check.verdict === "not_tested" && engine === "llama" && check.evidence.length > 1 ? { kind: "verify", label: "Compute digests" } : { kind: "models", label: "Open Models" };
  return null;
}

/** The test that the screen's main button starts: the first that nothing speaks to yet, else the one that heat decides. */
export function firstTest(checks: CheckView[]): StressKind {
  const open = checks.find((check) => check.verdict === "not_tested" && check.code in TESTS);
  return (open && TESTS[open.code]?.test) ?? "sustain";
}
