// What a screen reader hears of a climb: a rung that begins, ends or fails. Ticks stay silent.
import { figure } from "./format";
import type { LiveRung } from "./messages/LiveRung";
import type { LiveView } from "./messages/LiveView";

/** One sentence for what changed between two states, or null where nothing worth hearing did. */
export function announcement(before: LiveView | null, now: LiveView | null): string | null {
  if (!now) return null;
  const sentences = now.rungs.map((rung, position) => ended(before?.rungs[position], rung, position)).filter((said) => said !== null);
  if (now.checking_drift && !before?.checking_drift) {
    sentences.push("All rungs are done. The first is measured once more, to see whether the machine has changed.");
  } else if (now.current !== null && now.current !== before?.current) {
    const rung = now.rungs[now.current];
    if (rung) sentences.push(`Rung ${now.current + 1} of ${now.rungs.length}, ${rung.title}, begins.`);
  }
  if (now.state === "paused" && before?.state !== "paused") sentences.push("Paused.");
  return sentences.length > 0 ? sentences.join(" ") : null;
}

function ended(before: LiveRung | undefined, now: LiveRung, position: number): string | null {
  // The first look at a climb tells where it stands, not all that went before.
  if (!before || before.state === now.state) return null;
  const name = `Rung ${position + 1}, ${now.title}`;
  if (now.state === "failed") return `${name}, failed. ${now.problem?.what ?? ""}`.trim();
  if (now.state === "left_out") return `${name}, is left out.`;
  if (now.state === "measured") return now.decode_tps === null ? `${name}, is measured.` : `${name}: ${figure(now.decode_tps)} tokens per second.`;
  return null;
}
