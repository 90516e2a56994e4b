// The one place where numbers become words. Unknown is null, and comes out as null: the caller says what is missing.

const THIN = "\u202f"; // Narrow no-break space between a number and its unit.
const MINUS = "\u2212";
/** Below this, a duration reads best in milliseconds. */
const SECOND_MS = 1_000;
/** From here on, minutes say more than seconds. */
const MINUTES_FROM_S = 100;
const KIB = 1024;
const DECIMAL_UNITS = ["B", "kB", "MB", "GB", "TB"];
const BINARY_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

let locale = "en";
let formats = new Map<string, Intl.NumberFormat>();

/** Takes the locale that Rust read from the system. One that Intl does not know leaves English: a system may call its language "C". */
export function setLocale(tag: string): void {
  formats = new Map();
  try {
    locale = Intl.NumberFormat.supportedLocalesOf(tag.replace(/[.@].*$/, "").replaceAll("_", "-"))[0] ?? "en";
  } catch {
    locale = "en";
  }
}

function number(value: number, options: Intl.NumberFormatOptions): string {
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format.format(value).replace("-", MINUS);
}

/** Three significant figures: 83.0, 8.96, 0.520, 1,230. */
export function figure(value: number): string {
  return number(value, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
}

/** Two significant figures, for sizes, predictions and margins: 7.4, 19, 0.8. */
export function rough(value: number): string {
  if (Math.abs(value) >= 100) return number(Math.round(value), {});
  return number(value, { maximumSignificantDigits: 2 });
}

export function whole(value: number): string {
  return number(Math.round(value), {});
}

/** A range of two rough numbers, joined when they come out the same: 74–92. */
export function range(low: number, high: number): string {
  const [from, to] = [rough(low), rough(high)];
  return from === to ? from : `${from}–${to}`;
}

/** Half an interval's width, to as many places as the median shows: ±0.4. */
export function plusMinus(halfWidth: number): string {
  return `±${number(halfWidth, { maximumSignificantDigits: halfWidth < 1 ? 1 : 2 })}`;
}

/** Half an interval's width of a duration: ±12 ms. */
export function plusMinusTime(halfWidthMs: number): string {
  if (halfWidthMs < SECOND_MS) return `±${rough(halfWidthMs)}${THIN}ms`;
  return `${plusMinus(halfWidthMs / 1_000)}${THIN}s`;
}

/** A relative change: −34 %, +257 %. */
export function change(ratio: number): string {
  const percent = Math.round(ratio * 100);
  if (percent === 0) return `±0${THIN}%`;
  return `${percent > 0 ? "+" : ""}${number(percent, {})}${THIN}%`;
}

/** A relative change to a tenth of a per cent, as a comparison needs it: −10.1 %, +0.4 %. */
export function changeTenths(ratio: number): string {
  const percent = Math.round(ratio * 1_000) / 10;
  if (percent === 0) return `0.0${THIN}%`;
  return `${percent > 0 ? "+" : ""}${tenths(percent)}${THIN}%`;
}

/** The interval of a change, its unit said once: −11.2 to −8.9 %. */
export function changeRange(low: number, high: number): string {
  const [from, to] = [changeTenths(low), changeTenths(high)];
  return from === to ? to : `${from.replace(`${THIN}%`, "")} to ${to}`;
}

const tenths = (value: number): string => number(value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A share of 1: 38 %. */
export function percent(share: number): string {
  return `${whole(share * 100)}${THIN}%`;
}

/** A measured duration: 412 ms, 1.12 s, 2 min 5 s. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${ms < 100 ? rough(ms) : whole(ms)}${THIN}ms`;
  const s = ms / 1_000;
  return s < MINUTES_FROM_S ? `${figure(s)}${THIN}s` : clock(s);
}

/** The interval of a figure: 81.8–84.2. */
export function figureRange(low: number, high: number): string {
  const [from, to] = [figure(low), figure(high)];
  return from === to ? to : `${from}–${to}`;
}

/** The interval of a duration, its unit said once where both ends have the same: 105–112 ms. */
export function durationRange(lowMs: number, highMs: number): string {
  const [from, to] = [duration(lowMs), duration(highMs)];
  if (from === to) return to;
  const unit = to.slice(to.lastIndexOf(THIN));
  return from.endsWith(unit) && from.indexOf(THIN) === from.lastIndexOf(THIN) ? `${from.slice(0, -unit.length)}–${to}` : `${from}–${to}`;
}

/** Seconds for a person who waits: 40 s, 2 min 5 s, 41 min, 1 h 10 min. */
export function clock(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${whole(s)}${THIN}s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 10) return s % 60 === 0 ? `${minutes}${THIN}min` : `${minutes}${THIN}min ${s % 60}${THIN}s`;
  const rounded = Math.round(s / 60);
  if (rounded < 60) return `${rounded}${THIN}min`;
  const rest = rounded % 60;
  return rest === 0 ? `${rounded / 60}${THIN}h` : `${Math.floor(rounded / 60)}${THIN}h ${rest}${THIN}min`;
}

/** A guess at a time, as a range in one unit: 35–50 min. */
export function minutesRange(low: number, high: number): string {
  if (high < 1) return `under 1${THIN}min`;
  if (high < 120) {
    const [from, to] = [Math.round(low), Math.round(high)];
    if (from < 1) return `up to ${whole(Math.max(to, 1))}${THIN}min`;
    return from === to ? `about ${whole(from)}${THIN}min` : `${whole(from)}–${whole(to)}${THIN}min`;
  }
  return `${range(low / 60, high / 60)}${THIN}h`;
}

/** Sizes on disk and over the wire are decimal, and keep two places: 2.0 GB beside 1.3 GB. */
export function bytes(count: number): string {
  const [scale, unit] = scaleOf(count, 1_000, DECIMAL_UNITS);
  const shown = count / scale;
  const text = shown < 10 && scale > 1 ? number(shown, { minimumSignificantDigits: 2, maximumSignificantDigits: 2 }) : rough(shown);
  return `${text}${THIN}${unit}`;
}

/** Memory is binary: 11 GiB. */
export function memory(count: number): string {
  const [scale, unit] = scaleOf(count, KIB, BINARY_UNITS);
  return `${rough(count / scale)}${THIN}${unit}`;
}

/** Memory used of a total, in the total's unit: ["11.2", "of 32 GiB"]. */
export function memoryOf(used: number, total: number): [string, string] {
  const [scale, unit] = scaleOf(total, KIB, BINARY_UNITS);
  return [figure(used / scale), `of ${rough(total / scale)}${THIN}${unit}`];
}

export function speed(bytesPerSecond: number): string {
  return `${bytes(bytesPerSecond)}/s`;
}

/** A gauge's number and its unit apart. */
export function speedParts(bytesPerSecond: number): [string, string] {
  const [scale, unit] = scaleOf(bytesPerSecond, 1_000, DECIMAL_UNITS);
  return [rough(bytesPerSecond / scale), `${unit}/s`];
}

/** How many parameters a model has: 1.5B, 135M. */
export function parameters(count: number): string {
  return count >= 1e9 ? `${rough(count / 1e9)}B` : `${rough(count / 1e6)}M`;
}

/** When something began, in the reader's own zone: 9 Sept 2025, 14:02. */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(date);
}

/** A model reference as far as it tells models apart: its host and owner go, and so does the file format. */
export function shortName(model: string): string {
  const name = model.slice(model.lastIndexOf("/") + 1);
  return name.replace(/-gguf(?=:|$)/i, "") || model;
}

/** A sentence from Rust, whose units stay with their figures where a line ends. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (%|ms\b|s\b|min\b|h\b|MB\b|GB\b|MiB\b|GiB\b)/g, `$1${THIN}$2`);
}

/** The first letter large, as at the beginning of a line. */
export function sentence(text: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** "1 rung", "5 rungs". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${whole(n)} ${n === 1 ? one : many}`;
}

/** Names in a row, lower case, the rest counted: "coding, summaries and 4 more". */
export function listed(names: string[], most = 3): string {
  const small = names.map((name) => name.toLocaleLowerCase(locale));
  const shown = small.length > most + 1 ? small.slice(0, most) : small;
  const rest = small.length - shown.length;
  if (rest > 0) return `${shown.join(", ")} and ${rest} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

function scaleOf(value: number, base: number, units: string[]): [number, string] {
  let power = 0;
  // 999.5 would be shown as 1000 of the smaller unit.
  while (power < units.length - 1 && Math.abs(value) / base ** power >= base * 0.9995) power += 1;
  return [base ** power, units[power] ?? ""];
}
