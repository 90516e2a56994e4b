import { describe, expect, it } from "vitest";

import { wholeChoice } from "../../src/choice";
import { machineLine } from "../../src/machine";
import { freshSetup, laptop, setup, unknownMachine } from "../fixtures/machine";

describe("a choice", () => {
  it("works on a first start, with no engine installed", () => {
    expect(wholeChoice({}, freshSetup)).toEqual({ engine: "llama", url: null, ladder: "starter", mode: "standard", without_downloads: false, tasks: null });
  });
  it("keeps what was chosen last", () => {
    const stored = { engine: "ollama", url: "http://10.0.0.2:11434", ladder: "classic", mode: "quick", without_downloads: true, tasks: null };
    expect(wholeChoice(stored, setup)).toEqual(stored);
  });
  it("falls back where what was chosen is gone", () => {
    expect(wholeChoice({ engine: "vanished", url: "http://x", ladder: "gone", mode: "endless" }, setup)).toEqual({ engine: "llama", url: null, ladder: "starter", mode: "standard", without_downloads: false, tasks: null });
  });
  it("keeps a server that was chosen by its address, and forgets one without", () => {
    const stored = { engine: "openai", url: "http://127.0.0.1:8080", ladder: "installed", mode: "quick", without_downloads: false, tasks: null };
    expect(wholeChoice(stored, setup)).toEqual(stored);
    expect(wholeChoice({ ...stored, url: null }, setup)).toMatchObject({ engine: "llama", url: null });
  });
  it("takes a path as a ladder of one's own", () => expect(wholeChoice({ ladder: "/home/me/ladder.toml" }, setup).ladder).toBe("/home/me/ladder.toml"));
  it("uses another ready engine where the embedded one is missing", () => {
    const [, ollama] = setup.engines;
    expect(wholeChoice({}, { ...setup, engines: ollama ? [ollama] : [] }).engine).toBe("ollama");
  });
});

describe("the machine line", () => {
  it("names what is known", () => expect(machineLine(laptop).replaceAll("\u202f", " ")).toBe("i9-14900HX · 24 cores · 32 GiB · RTX 4070 8 GiB · Debian 12 · on mains"));
  it("leaves out what is not known, and invents nothing", () => expect(machineLine(unknownMachine)).toBe("no GPU found"));
});
