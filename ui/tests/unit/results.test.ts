import { describe, expect, it } from "vitest";

import { emphasised, gradesLine, markdownTable } from "../../src/results";
import { seedRun } from "../fixtures/runs";

describe("the headline", () => {
  it("lets the models that it names stand out, and loses no word", () => {
    const parts = emphasised(seedRun.headline, seedRun.rungs.map((rung) => rung.title));
    expect(parts.filter((part) => part.strong).map((part) => part.text)).toEqual(["llama3.2:3b", "llama3:8b", "codellama:13b", "gpt-oss:20b"]);
    expect(parts.map((part) => part.text).join("")).toBe(seedRun.headline);
  });
  it("takes the longest name where one begins another", () => expect(emphasised("Run m:1b-q8.", ["m:1b", "m:1b-q8"])).toContainEqual({ text: "m:1b-q8", strong: true }));
  it("reads a name's dots and brackets as themselves", () => expect(emphasised("a.b and axb", ["a.b"])).toEqual([{ text: "a.b", strong: true }, { text: " and axb", strong: false }]));
  it("stays whole where no model is known", () => expect(emphasised("Nothing.", [])).toEqual([{ text: "Nothing.", strong: false }]));
});

it("the grades are told in one line, the commonest first", () => {
  expect(gradesLine(seedRun.rungs)).toBe("grade A, 1 rung B, 1 rung C");
  expect(gradesLine([]), "an ungraded run has no such line").toBeNull();
});

it("a copied table is Markdown that no cell can break", () => {
  expect(markdownTable({ head: ["model", "tok/s"], rows: [["a|b", "1\n2"]] })).toBe("| model | tok/s |\n| --- | ---: |\n| a\\|b | 1 2 |\n");
});
