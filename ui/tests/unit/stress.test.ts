import { describe, expect, it } from "vitest";

import { choiceOf, endedWords, evidenceParts, minutesWord, namesIn, stressVerdict, SUSTAIN_MINUTES, usualFields } from "../../src/stress";

describe("what a card's fields ask for", () => {
  const fields = { ...usualFields(), models: "llama3.2:1b, hf.co/me/x-GGUF:Q4_K_M", beside: " tiny ", requests: "8" };
  it("names models by commas or spaces", () => {
    expect(namesIn("a, b  c,")).toEqual(["a", "b", "c"]);
    expect(namesIn("  ")).toEqual([]);
  });
  it("asks of each kind only what it knows", () => {
    expect(choiceOf("sustain", "llama", null, { ...fields, minutes: 1 })).toMatchObject({ seconds: 60, beside: null, requests: null, most_context: null, ladder: null, try_anyway: false });
    expect(choiceOf("download", "ollama", "http://box:11434", fields)).toMatchObject({ beside: "tiny", url: "http://box:11434", models: ["llama3.2:1b", "hf.co/me/x-GGUF:Q4_K_M"] });
    expect(choiceOf("concurrent", "llama", null, fields)).toMatchObject({ requests: 8, seconds: null });
    expect(choiceOf("limit", "llama", null, fields)).toMatchObject({ most_context: 32_768, try_anyway: false });
    expect(choiceOf("limit", "llama", null, { ...fields, tryAnyway: true }).try_anyway).toBe(true);
  });
  it("a ladder brings its own models", () => {
    expect(choiceOf("download", "ollama", null, { ...fields, ladder: " classic " })).toMatchObject({ ladder: "classic", models: [] });
    expect(choiceOf("sustain", "ollama", null, { ...fields, ladder: "classic" })).toMatchObject({ ladder: null });
  });
  it("a minute is a check, and says so", () => {
    expect(SUSTAIN_MINUTES.map(minutesWord)).toEqual(["1 min (check)", "10 min", "30 min"]);
  });
  it("leaves what is empty or no number to Rust", () => {
    for (const requests of ["", "many"]) expect(choiceOf("concurrent", "llama", null, { ...fields, requests }).requests).toBeNull();
  });
});

describe("words", () => {
  it("a verdict is a word and a tone, and a code that is not known stays readable", () => {
    expect(stressVerdict("fail")).toEqual({ text: "FAIL", tone: "bad" });
    expect(stressVerdict("half_way").text).toBe("half way");
  });
  it("the end is said with its verdict, or that nothing could be kept", () => {
    expect(endedWords("Sustained load", "pass", "a kept 98 %.")).toBe("Sustained load has ended: PASS. a kept 98 %.");
    expect(endedWords("Sustained load", null, null)).toContain("Nothing could be stored");
  });
  it("a line of evidence has its name before a colon with a space, which a model's name has not", () => {
    expect(evidenceParts("Stability: 98.1 % (worst loop …)")).toEqual(["Stability", "98.1 % (worst loop …)"]);
    expect(evidenceParts("llama3.2:1b: 100 % complete")).toEqual(["llama3.2:1b", "100 % complete"]);
    expect(evidenceParts("6 models in 48.7 GB.")).toEqual([null, "6 models in 48.7 GB."]);
  });
});
