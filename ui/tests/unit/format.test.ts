import { beforeEach, describe, expect, it } from "vitest";

import * as format from "../../src/format";

/** Thin spaces are right on a screen and unreadable in a test. */
const plain = (text: string) => text.replaceAll("\u202f", " ");

beforeEach(() => format.setLocale("en-GB"));

describe("numbers", () => {
  it.each([
    [83.01, "83.0"],
    [8.96, "8.96"],
    [0.52, "0.520"],
    [1234, "1,230"],
    [121.4, "121"],
  ])("three significant figures of %d are %s", (value, shown) => expect(format.figure(value)).toBe(shown));

  it.each([
    [-0.341, "−34 %"],
    [2.571, "+257 %"],
    [-0.255, "−25 %"],
    [0.002, "±0 %"],
  ])("a change of %d reads %s, with a true minus sign", (ratio, shown) => expect(plain(format.change(ratio))).toBe(shown));

  it.each([
    [-0.101, "−10.1 %"],
    [0.0004, "0.0 %"],
    [0.004, "+0.4 %"],
    [2.571, "+257.1 %"],
  ])("a compared change of %d reads %s", (ratio, shown) => expect(plain(format.changeTenths(ratio))).toBe(shown));

  it("an interval says its unit once", () => {
    expect(plain(format.changeRange(-0.112, -0.089))).toBe("−11.2 to −8.9 %");
    expect(plain(format.changeRange(0.1, 0.1))).toBe("+10.0 %");
    expect(format.figureRange(81.8, 84.2)).toBe("81.8–84.2");
    expect(plain(format.durationRange(105, 112))).toBe("105–112 ms");
    expect(plain(format.durationRange(960, 1_050)), "each end in its own unit").toBe("960 ms–1.05 s");
    expect(plain(format.durationRange(119_000, 125_000))).toBe("1 min 59 s–2 min 5 s");
    expect(plain(format.durationRange(105, 105.2))).toBe("105 ms");
  });

  it("a per cent sign stays with its figure", () => expect(format.unbroken("−10.1 % (5 %)")).toBe("−10.1\u202f% (5\u202f%)"));

  it("a range whose ends look the same is one number", () => {
    expect(format.range(74, 92)).toBe("74–92");
    expect(format.range(8.01, 8.04)).toBe("8");
  });

  it("a margin keeps as few places as it deserves", () => {
    expect(format.plusMinus(0.42)).toBe("±0.4");
    expect(plain(format.plusMinusTime(45.2))).toBe("±45 ms");
    expect(plain(format.plusMinusTime(1_240))).toBe("±1.2 s");
  });
});

describe("sizes", () => {
  it("downloads are decimal and memory is binary", () => {
    expect(plain(format.bytes(1.3e9))).toBe("1.3 GB");
    expect(plain(format.memory(32 * 2 ** 30))).toBe("32 GiB");
    expect(format.memoryOf(11.2 * 2 ** 30, 32 * 2 ** 30).map(plain)).toEqual(["11.2", "of 32 GiB"]);
  });
  it("whole sizes keep their second place, so that a column lines up", () => expect(plain(format.bytes(2e9))).toBe("2.0 GB"));
  it("a size just under a unit is shown in it, and never as 1000 of the smaller one", () => expect(plain(format.bytes(999_800_000))).toBe("1.0 GB"));
  it("nothing is 0 B", () => expect(plain(format.bytes(0))).toBe("0 B"));
  it("speeds are bytes a second", () => expect(plain(format.speed(4.1e7))).toBe("41 MB/s"));
  it("parameters have their own letters", () => expect([1.5e9, 135e6].map(format.parameters)).toEqual(["1.5B", "135M"]));
});

describe("times", () => {
  it.each([
    [7.2, "7.2 ms"],
    [412.4, "412 ms"],
    [1_120, "1.12 s"],
    [10_320, "10.3 s"],
    [125_000, "2 min 5 s"],
  ])("%d ms are %s", (ms, shown) => expect(plain(format.duration(ms))).toBe(shown));

  it.each([
    [9, "9 s"],
    [59.7, "1 min"],
    [2_460, "41 min"],
    [4_200, "1 h 10 min"],
    [7_200, "2 h"],
  ])("%d seconds of waiting are %s", (seconds, shown) => expect(plain(format.clock(seconds))).toBe(shown));

  it.each([
    [35, 50, "35–50 min"],
    [0.2, 0.6, "under 1 min"],
    [0.3, 2.2, "up to 2 min"],
    [5.1, 5.3, "about 5 min"],
    [100, 150, "1.7–2.5 h"],
  ])("an estimate of %d to %d minutes reads %s", (low, high, shown) => expect(plain(format.minutesRange(low, high))).toBe(shown));

  it("a moment that is no date is shown as it came", () => expect(format.moment("yesterday")).toBe("yesterday"));
});

describe("locale", () => {
  it("a locale that Intl refuses leaves English: a system may call its language C", () => {
    format.setLocale("C");
    expect(format.figure(1.5)).toBe("1.50");
    format.setLocale("de_DE.UTF-8");
    expect(() => format.figure(1.5)).not.toThrow();
  });
  it("numbers follow the reader's language", () => {
    format.setLocale("de-DE");
    expect(format.figure(8.96)).toBe("8,96");
  });
});

describe("names", () => {
  it.each([
    ["hf.co/bartowski/Qwen2.5-Coder-2B-Instruct-GGUF:Q4_K_M", "Qwen2.5-Coder-2B-Instruct:Q4_K_M"],
    ["localhost:5055/library/smollm2:135m", "smollm2:135m"],
    ["llama3.2:1b", "llama3.2:1b"],
  ])("%s is short for %s", (model, short) => expect(format.shortName(model)).toBe(short));
});
