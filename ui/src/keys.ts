// What a key means. Pure, so that every rule is a line in a test.

export type Action =
  | { kind: "screen"; index: number }
  | { kind: "primary" }
  | { kind: "pause" }
  | { kind: "help" }
  | { kind: "palette" }
  | { kind: "undo" };

export interface Situation {
  /** Whether single keys do anything: a person can switch them off (WCAG 2.1.4). */
  singleKeys: boolean;
  /** Whether the focus is on something that uses the key itself. */
  focus: "page" | "control" | "text";
  dialogOpen: boolean;
  climbing: boolean;
  screens: number;
}

type Key = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat">;

/** What a key press asks for, or null where the page leaves it to the focused element. Esc never means anything here: it must not end a run. */
export function actionFor(event: Key, at: Situation): Action | null {
  if (event.altKey || event.repeat) return null;
  if (event.ctrlKey || event.metaKey) return withControl(event.key.toLowerCase(), at);
  if (at.dialogOpen || at.focus === "text") return null;
  if (event.key === "Enter") return at.focus === "page" ? { kind: "primary" } : null;
  if (!at.singleKeys) return null;
  if (event.key === " ") return at.focus === "page" && at.climbing ? { kind: "pause" } : null;
  if (event.key === "?") return { kind: "help" };
  const index = Number.parseInt(event.key, 10) - 1;
  return /^[1-9]$/.test(event.key) && index < at.screens ? { kind: "screen", index } : null;
}

function withControl(key: string, at: Situation): Action | null {
  if (key === "k") return { kind: "palette" };
  // In a text field, Ctrl+Z is the field's own.
  if (key === "z" && at.focus !== "text" && !at.dialogOpen) return { kind: "undo" };
  return null;
}

/** What kind of thing has the focus. */
export function focusOf(element: Element | null): Situation["focus"] {
  if (!element || element === document.body) return "page";
  if (element.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable=true]")) return "text";
  if (element.closest("a, button, summary, input, label, [role=option], [role=tab], [tabindex='0']")) return "control";
  return "page";
}
