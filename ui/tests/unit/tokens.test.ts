import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

// WCAG 2.2: text 4.5:1 (1.4.3), the edges of controls and the marks of charts 3:1 (1.4.11).
const TEXT = 4.5;
const EDGE = 3;
const css = readFileSync("src/tokens.css", "utf8");

function tokens(selector: string): Map<string, string> {
  const from = css.indexOf(selector);
  const block = css.slice(from, css.indexOf("}", from));
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name ?? "", value ?? ""]));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ["light", ":root {"],
  ["dark", '[data-theme="dark"] {'],
])("%s", (_, selector) => {
  const all = tokens(selector);
  const of = (name: string): string => {
    const value = all.get(name);
    if (!value) throw new Error(`tokens.css names no --${name}`);
    return value;
  };
  const grounds = ["ground", "surface", "sunken"];

  it.each(["ink", "ink-2", "ink-3", "accent"].flatMap((ink) => grounds.map((ground) => [ink, ground])))("--%s can be read on --%s", (ink = "", ground = "") => {
    expect(contrast(of(ink), of(ground))).toBeGreaterThanOrEqual(TEXT);
  });
  it.each(["good", "warn", "bad", "accent"])("--%s can be read on its own soft ground and on a card", (tone) => {
    expect(contrast(of(tone), of(`${tone}-soft`))).toBeGreaterThanOrEqual(TEXT);
    expect(contrast(of(tone), of("surface"))).toBeGreaterThanOrEqual(TEXT);
  });
  it("the main button's word can be read", () => expect(contrast(of("accent-ink"), of("accent"))).toBeGreaterThanOrEqual(TEXT));
  it.each(["edge", "ghost", "bar-strong", "bad"].map((mark) => [mark]))("--%s stands out from a card", (mark) => expect(contrast(of(mark), of("surface"))).toBeGreaterThanOrEqual(EDGE));
});
