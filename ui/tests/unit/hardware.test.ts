import { describe, expect, it } from "vitest";

import { actionOf, answerOf, firstTest, sensorsLine } from "../../src/hardware";
import { bareHardware, untestedValidation, validation } from "../fixtures/hardware";

const passing = validation.checks.map((check) => ({ ...check, verdict: "pass" }));

describe("the answer", () => {
  it("says what fails and what is open", () => {
    expect(answerOf(validation.checks)).toEqual({ title: "3 of 6 checks pass on this machine", about: "Headroom for the next rung fails. Concurrent downloads and concurrent models are not tested yet." });
  });
  it("claims that the machine holds up only where every check passes", () => {
    expect(answerOf(passing).title).toBe("This machine holds up: all 6 checks pass");
    expect(answerOf(passing.map((check, index) => (index === 0 ? { ...check, verdict: "not_tested" } : check))).title).toBe("This machine holds up so far: 5 of 6 checks pass");
  });
  it("claims nothing before anything was tested", () => expect(answerOf(untestedValidation.checks).title).toBe("Nothing has been tested on this machine yet"));
  it("counts the sensors that can be read", () => expect(sensorsLine(bareHardware.sensors)).toBe("4 of 10 groups of sensors are readable"));
});

describe("the button of a check", () => {
  const check = (code: string, checks = untestedValidation.checks) => checks.find((one) => one.code === code)!;
  it("opens the test that would answer it", () => {
    expect(actionOf(check("cooling"), "llama")).toEqual({ kind: "stress", test: "sustain", label: "Test cooling" });
    expect(actionOf(check("cooling", validation.checks), "llama")).toMatchObject({ label: "Test again" });
    expect(actionOf(check("escalation"), "llama")).toMatchObject({ kind: "climb" });
  });
  it("computes digests only of files that are ours and there", () => {
    const unverified = { ...check("model_cache"), evidence: ["2 models in 1.10 GB.", "Digests: not computed for 2 of 2 (a, b)."] };
    expect(actionOf(unverified, "llama")).toMatchObject({ kind: "verify" });
    expect(actionOf(unverified, "ollama")).toMatchObject({ kind: "models" });
    expect(actionOf(check("model_cache"), "llama")).toMatchObject({ kind: "models" });
  });
  it("is not there where there is nothing to press", () => expect(actionOf(check("escalation", validation.checks), "llama")).toBeNull());
  it("leads to the first check that nothing speaks to", () => {
    expect(firstTest(validation.checks)).toBe("download");
    expect(firstTest(untestedValidation.checks)).toBe("sustain");
    expect(firstTest(passing), "heat is what changes most").toBe("sustain");
  });
});
