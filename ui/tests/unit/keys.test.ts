import { describe, expect, it } from "vitest";

import { actionFor, focusOf, type Situation } from "../../src/keys";

const calm: Situation = { singleKeys: true, focus: "page", dialogOpen: false, climbing: true, screens: 4 };
const press = (key: string, at: Partial<Situation> = {}, held: Partial<KeyboardEvent> = {}) =>
  actionFor({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...held }, { ...calm, ...at });

describe("keys", () => {
  it("digits open the screens that exist, and no other", () => {
    expect(press("1")).toEqual({ kind: "screen", index: 0 });
    expect(press("4")).toEqual({ kind: "screen", index: 3 });
    expect(press("5"), "there is no fifth screen").toBeNull();
    expect(press("0")).toBeNull();
  });
  it("Space pauses a climb, and scrolls where none runs", () => {
    expect(press(" ")).toEqual({ kind: "pause" });
    expect(press(" ", { climbing: false })).toBeNull();
    expect(press(" ", { focus: "control" }), "a focused button takes its own Space").toBeNull();
  });
  it("Enter presses the main button only when nothing else would take it", () => {
    expect(press("Enter")).toEqual({ kind: "primary" });
    expect(press("Enter", { focus: "control" })).toBeNull();
    expect(press("Enter", { dialogOpen: true })).toBeNull();
  });
  it("Esc means nothing: it must never end a climb", () => expect(press("Escape")).toBeNull());
  it("no single key works while a person types", () => {
    for (const key of ["1", " ", "?", "Enter"]) expect(press(key, { focus: "text" }), key).toBeNull();
  });
  it("single keys can be switched off, and Ctrl+K stays", () => {
    for (const key of ["1", " ", "?"]) expect(press(key, { singleKeys: false }), key).toBeNull();
    expect(press("k", { singleKeys: false }, { ctrlKey: true })).toEqual({ kind: "palette" });
  });
  it("Ctrl+Z undoes a deletion, except in a text field, where it is the field's own", () => {
    expect(press("z", {}, { ctrlKey: true })).toEqual({ kind: "undo" });
    expect(press("z", { focus: "text" }, { ctrlKey: true })).toBeNull();
  });
  it("a key that is held down acts once", () => expect(press(" ", {}, { repeat: true })).toBeNull());
});

describe("focus", () => {
  it.each([
    ["<input type='text'>", "text"],
    ["<input type='radio'>", "control"],
    ["<button>x</button>", "control"],
    ["<main tabindex='-1'></main>", "page"],
    ["<pre tabindex='0'></pre>", "control"],
  ])("%s is %s", (html, kind) => {
    document.body.innerHTML = html;
    expect(focusOf(document.body.firstElementChild)).toBe(kind);
  });
});
