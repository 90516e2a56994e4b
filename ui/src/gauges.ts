// What the gauges show of the readings: which there are, their figure now, and what stands small beside it.
import { bytes, memory, memoryOf, percent, rough, speed, speedParts, whole } from "./format";
import type { GpuSampleView } from "./messages/GpuSampleView";
import type { SampleView } from "./messages/SampleView";

export interface GaugeView {
  label: string;
  /** The group of sensors that it is read from, by the name that stands in the table of sensors. */
  sensor: string;
  /** Number and unit; null where the sensor is not readable. */
  now: [string, string] | null;
  /** What explains the figure: a clock, a fan, the swap. */
  note: string | null;
  /** The note is a trouble: it is said with a mark. */
  alarm: boolean;
  values: (number | null)[];
  /** The full scale; null lets the largest value seen set it. */
  full: number | null;
}

interface Kind {
  label: string;
  sensor: string;
  of: (sample: SampleView) => number | null;
  parts: (value: number, sample: SampleView) => [string, string];
  note?: (sample: SampleView) => string | null;
  alarm?: (sample: SampleView) => string | null;
  full?: (sample: SampleView) => number | null;
}

/** A share below this is what readings differ by. */
const QUOTA_SHOWN_PERCENT = 2;
const MHZ = 1_000;

const added = (a: number | null, b: number | null): number | null => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));
const clock = (mhz: number | null): string | null => (mhz === null ? null : `${rough(mhz / MHZ)} GHz`);

const CPU: Kind = {
  label: "CPU",
  sensor: "Processor load",
  of: (sample) => sample.cpu_percent,
  parts: (value) => [rough(value), "%"],
  note: (sample) => clock(sample.clock_mhz),
  alarm: (sample) => {
    if (sample.throttled) return "throttling";
    return (sample.quota_held_percent ?? 0) >= QUOTA_SHOWN_PERCENT ? "CPU quota" : null;
  },
  full: () => 100,
};
const MEMORY: Kind = {
  label: "Memory",
  sensor: "Memory",
  of: (sample) => sample.memory_used_bytes,
  parts: (value, sample) => (sample.memory_total_bytes === null ? parted(memory(value)) : memoryOf(value, sample.memory_total_bytes)),
  note: (sample) => (sample.swap_used_bytes ? `swap ${memory(sample.swap_used_bytes)}` : null),
  full: (sample) => sample.memory_total_bytes,
};
const TEMPERATURE: Kind = {
  label: "Hottest",
  sensor: "Temperature",
  of: (sample) => sample.temperature_c,
  parts: (value) => [rough(value), "°C"],
  note: (sample) => (sample.fan_rpm === null ? null : `${whole(sample.fan_rpm)} rpm`),
};
const POWER: Kind = {
  label: "Power",
  sensor: "Processor power",
  of: powerOf,
  parts: (value) => [rough(value), "W"],
  note: (sample) => (sample.on_mains === false && sample.battery_percent !== null ? `battery ${percent(sample.battery_percent / 100)}` : null),
  alarm: (sample) => (sample.on_mains === false && sample.battery_percent === null ? "on battery" : null),
};
const DISK: Kind = {
  label: "Disk",
  sensor: "Disk throughput",
  of: (sample) => added(sample.disk_read_bytes_per_s, sample.disk_write_bytes_per_s),
  parts: (value) => speedParts(value),
  note: (sample) => (sample.disk_free_bytes === null ? null : `${bytes(sample.disk_free_bytes)} free`),
};
const NETWORK: Kind = {
  label: "Network",
  sensor: "Network throughput",
  of: (sample) => added(sample.network_in_bytes_per_s, sample.network_out_bytes_per_s),
  parts: (value) => speedParts(value),
  note: (sample) => (sample.network_out_bytes_per_s ? `${speed(sample.network_out_bytes_per_s)} out` : null),
};

/** What the machine draws: the processor and the graphics processors where either tells, else what the battery gives. */
function powerOf(sample: SampleView): number | null {
  const gpus = sample.gpus.reduce<number | null>((sum, gpu) => added(sum, gpu.power_w), null);
  return added(sample.package_power_w, gpus) ?? sample.battery_power_w;
}

/** A graphics processor's use, and its memory where it has its own. */
function gpuKinds(index: number, name: string, samples: SampleView[]): Kind[] {
  const at = (sample: SampleView): GpuSampleView | undefined => sample.gpus.find((gpu) => gpu.index === index);
  const use: Kind = {
    label: name,
    sensor: "GPU",
    of: (sample) => at(sample)?.busy_percent ?? null,
    parts: (value) => [rough(value), "%"],
    note: (sample) => clock(at(sample)?.clock_mhz ?? null),
    alarm: (sample) => (at(sample)?.slowed ? "slowed down" : null),
    full: () => 100,
  };
  const vram: Kind = {
    label: name === "GPU" ? "VRAM" : `${name} VRAM`,
    sensor: "GPU",
    of: (sample) => at(sample)?.memory_used_bytes ?? null,
    parts: (value, sample) => {
      const total = at(sample)?.memory_total_bytes ?? null;
      return total === null ? parted(memory(value)) : memoryOf(value, total);
    },
    note: (sample) => {
      const celsius = at(sample)?.temperature_c ?? null;
      return celsius === null ? null : `${rough(celsius)} °C`;
    },
    full: (sample) => at(sample)?.memory_total_bytes ?? null,
  };
  const hasOwnMemory = samples.some((sample) => (at(sample)?.memory_used_bytes ?? null) !== null);
  return hasOwnMemory ? [use, vram] : [use];
}

/** "7.6 GiB" as its number and its unit. */
function parted(text: string): [string, string] {
  const [number = "", unit = ""] = text.split(/[\s\u202f]/);
  return [number, unit];
}

/** The gauges of the readings so far. A graphics processor has one only where the machine has one. */
export function gaugesOf(samples: SampleView[], gpuNames: string[]): GaugeView[] {
  const seen = [...new Set([...gpuNames.keys(), ...samples.flatMap((sample) => sample.gpus.map((gpu) => gpu.index))])].sort((a, b) => a - b);
  const gpus = seen.map((index) => gpuKinds(index, seen.length === 1 ? "GPU" : `GPU ${index + 1}`, samples));
  const kinds = [CPU, ...gpus.flatMap(([use]) => (use ? [use] : [])), MEMORY, ...gpus.flatMap(([, vram]) => (vram ? [vram] : [])), TEMPERATURE, POWER, DISK, NETWORK];
  return kinds.map((kind) => gauge(kind, samples));
}

/** Those that can be read come first, in their order. */
export function readableFirst(gauges: GaugeView[]): GaugeView[] {
  return [...gauges.filter((gauge) => gauge.now !== null), ...gauges.filter((gauge) => gauge.now === null)];
}

function gauge(kind: Kind, samples: SampleView[]): GaugeView {
  const last = samples.at(-1);
  const value = last ? kind.of(last) : null;
  const alarm = last ? (kind.alarm?.(last) ?? null) : null;
  return {
    label: kind.label,
    sensor: kind.sensor,
    now: last && value !== null ? kind.parts(value, last) : null,
    note: alarm ?? (last ? (kind.note?.(last) ?? null) : null),
    alarm: alarm !== null,
    values: samples.map(kind.of),
    full: last ? (kind.full?.(last) ?? null) : null,
  };
}
