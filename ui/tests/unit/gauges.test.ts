import { describe, expect, it } from "vitest";

import { gaugesOf, readableFirst } from "../../src/gauges";
import { bareSample, sample, troubledSample } from "../fixtures/live";

const of = (label: string, samples = [sample(119)], names = ["RTX 4070"]) => gaugesOf(samples, names).find((gauge) => gauge.label === label);
const plain = (text: string | null | undefined) => text?.replace(/\u202f/g, " ");

describe("the gauges", () => {
  it("show a graphics processor only where there is one, and its memory where it has its own", () => {
    expect(gaugesOf([sample(1)], ["RTX 4070"]).map((gauge) => gauge.label)).toEqual(["CPU", "GPU", "Memory", "VRAM", "Hottest", "Power", "Disk", "Network"]);
    expect(gaugesOf([bareSample(1)], []).map((gauge) => gauge.label)).toEqual(["CPU", "Memory", "Hottest", "Power", "Disk", "Network"]);
  });
  it("number several graphics processors, each with its own readings", () => {
    const two = { ...sample(1), gpus: [{ ...sample(1).gpus[0]!, busy_percent: 3, memory_used_bytes: null }, { ...sample(1).gpus[0]!, index: 1, busy_percent: 97 }] };
    const gauges = gaugesOf([two], ["Iris Xe", "RTX 4070"]);
    const shown = gauges.filter((gauge) => gauge.sensor === "GPU").map((gauge) => `${gauge.label}: ${gauge.now?.[0]}`);
    expect(shown, "the integrated one has no memory of its own").toEqual(["GPU 1: 3", "GPU 2: 97", "GPU 2 VRAM: 1.08"]);
  });
  it("put those that can't be read last, and never show 0 for them", () => {
    const gauges = readableFirst(gaugesOf([bareSample(1)], []));
    expect(gauges.map((gauge) => gauge.label)).toEqual(["CPU", "Memory", "Disk", "Network", "Hottest", "Power"]);
    expect(gauges.slice(-2).map((gauge) => gauge.now)).toEqual([null, null]);
  });
  it("say what explains a figure beside it", () => {
    expect(plain(of("CPU")?.note)).toBe("4.1 GHz");
    expect(of("Hottest")?.note).toBe("2,400 rpm");
    expect(of("Memory")?.note, "an empty swap says nothing").toBeNull();
    expect(plain(of("Disk")?.note)).toBe("412 GB free");
  });
  it("say a trouble instead, with a mark", () => {
    expect([of("CPU", [troubledSample(1)])?.note, of("CPU", [troubledSample(1)])?.alarm]).toEqual(["throttling", true]);
    expect([of("GPU", [troubledSample(1)])?.note, of("GPU", [troubledSample(1)])?.alarm]).toEqual(["slowed down", true]);
    expect(plain(of("Power", [troubledSample(1)])?.note)).toBe("battery 41 %");
    expect(of("CPU", [{ ...sample(1), quota_held_percent: 40 }])?.note).toBe("CPU quota");
  });
  it("take the battery's power only where nothing else tells", () => {
    const onBattery = { ...sample(1), package_power_w: null, gpus: [], battery_power_w: 38 };
    expect(of("Power", [onBattery])?.now).toEqual(["38", "W"]);
    expect(of("Power", [{ ...onBattery, battery_power_w: null }])?.now, "unknown is not 0 W").toBeNull();
  });
});
