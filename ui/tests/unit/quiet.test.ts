import { describe, expect, it } from "vitest";

import { quietMs } from "../../src/quiet";
import { laptop } from "../fixtures/machine";

describe("drawing while a stress test is timed", () => {
  it("is as seldom as the machine draws slowly", () => {
    expect(quietMs(laptop)).toBe(1_000);
    expect(quietMs({ ...laptop, gpus: [] })).toBe(10_000);
    expect(quietMs(null), "not known yet").toBe(10_000);
  });
});
