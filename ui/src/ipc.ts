// The one way to the Rust side: every command and stream, typed. Nothing else imports Tauri.
//
// A rejected command rejects with a Problem; anything else that is thrown is made into one here, so that a
// screen never has to guess what it caught.
import { Channel, invoke } from "@tauri-apps/api/core";

import type { AdviceView } from "./messages/AdviceView";
import type { ChartView } from "./messages/ChartView";
import type { Choice } from "./messages/Choice";
import type { ComparisonView } from "./messages/ComparisonView";
import type { HardwareView } from "./messages/HardwareView";
import type { LiveEvent } from "./messages/LiveEvent";
import type { LiveView } from "./messages/LiveView";
import type { ModelsView } from "./messages/ModelsView";
import type { PickView } from "./messages/PickView";
import type { PlanView } from "./messages/PlanView";
import type { Problem } from "./messages/Problem";
import type { PullEvent } from "./messages/PullEvent";
import type { RecommendSettings } from "./messages/RecommendSettings";
import type { RunRow } from "./messages/RunRow";
import type { RunView } from "./messages/RunView";
import type { SampleView } from "./messages/SampleView";
import type { Saved } from "./messages/Saved";
import type { ServerView } from "./messages/ServerView";
import type { Setup } from "./messages/Setup";
import type { StressChoice } from "./messages/StressChoice";
import type { StressEvent } from "./messages/StressEvent";
import type { StressLiveView } from "./messages/StressLiveView";
import type { StressPlanView } from "./messages/StressPlanView";
import type { StressRow } from "./messages/StressRow";
import type { StressView } from "./messages/StressView";
import type { TaskItemsView } from "./messages/TaskItemsView";
import type { ValidationView } from "./messages/ValidationView";
import type { Compared } from "./route.svelte";

export type ChartKind = "throughput" | "response_time" | "success" | "memory" | "escalation" | "quality" | `quality:${string}`;
export type ReportFormat = "pdf" | "md" | "json";
type Theme = "light" | "dark";

export const querySetup = () => call<Setup>("query_setup");
export const queryPlan = (choice: Choice) => call<PlanView>("query_plan", { choice });
/** Asks a server at an address who it is and what it serves. */
export const queryServer = (url: string) => call<ServerView>("query_server", { url });
/** Keeps a server's key in the system's keyring, and answers with the server that it belongs to. */
export const saveKey = (url: string, key: string) => call<string>("save_key", { url, key });
export const queryModels = () => call<ModelsView>("query_models");
export const queryRuns = () => call<RunRow[]>("query_runs");
export const queryRun = (run: string) => call<RunView>("query_run", { run });
export const queryLive = () => call<LiveView | null>("query_live");

/** A chart from the one renderer; `width` is in CSS pixels. */
export function queryChart(run: string, kind: ChartKind, theme: Theme, width: number): Promise<ChartView> {
  return call("query_chart", { run, kind, theme, width });
}
/** What the sensors said while a run went on, lined up with its trials. */
export const queryTimeline = (run: string, theme: Theme, width: number) => call<ChartView>("query_timeline", { run, theme, width });

/** Stored runs beside each other. */
export const queryComparison = ({ a, b, asked }: Compared) => call<ComparisonView>("query_comparison", { a, b, asked });

/** Which model for which task: from one run, or from every comparable one of this machine. */
export const queryAdvice = (run: string | null) => call<AdviceView>("query_advice", { run });
/** Keeps floors and weights, and answers with the advice under them. */
export const saveRecommendSettings = (run: string | null, settings: RecommendSettings) => call<AdviceView>("save_recommend_settings", { run, settings });
/** What a model answered to one task, as it came. */
export function queryTaskItems(run: string, { model, engine, server }: PickView, task: string): Promise<TaskItemsView> {
  return call("query_task_items", { run, model, engine, server, task });
}
/** Asks where to, and writes which model was chosen for which task. */
export const saveChosenModels = (run: string | null) => call<Saved>("save_chosen_models", { run });

/** Begins a climb and answers with its run's id. */
export const startClimb = (choice: Choice) => call<string>("start_climb", { choice });
export const startResume = (run: string) => call<string>("start_resume", { run });
export const startPause = () => call<null>("start_pause");
export const cancelPause = () => call<null>("cancel_pause");
/** Stops the climb and keeps everything that it finished. */
export const cancelClimb = () => call<null>("cancel_climb");

/** Streams the running climb's events until it ends. */
export const startWatch = (listen: (event: LiveEvent) => void) => call<null>("start_watch", { channel: new Channel(listen) });

/** The machine's profile and every sensor. */
export const queryHardware = () => call<HardwareView>("query_hardware");
/** Streams a reading a second, until it is cancelled or a climb or a test begins: those have their own. */
export const startSensors = (listen: (sample: SampleView) => void) => call<null>("start_sensors", { channel: new Channel(listen) });
export const cancelSensors = () => call<null>("cancel_sensors");
/** The checks on machine and program. `verify` computes the digests that were never computed, which reads each such file once. */
export const queryValidation = (engine: string, url: string | null, verify: boolean) => call<ValidationView>("query_validation", { engine, url, verify });

/** What a stress test would do. */
export const queryStressPlan = (choice: StressChoice) => call<StressPlanView>("query_stress_plan", { choice });
/** Begins a stress test and answers with its id. */
export const startStress = (choice: StressChoice) => call<string>("start_stress", { choice });
export const queryStressLive = () => call<StressLiveView | null>("query_stress_live");
/** Streams the running test's events until it ends. */
export const startStressWatch = (listen: (event: StressEvent) => void) => call<null>("start_stress_watch", { channel: new Channel(listen) });
/** Stops the test and keeps what it has. */
export const cancelStress = () => call<null>("cancel_stress");
export const queryStressTests = () => call<StressRow[]>("query_stress_tests");
export const queryStressTest = (test: string) => call<StressView>("query_stress_test", { test });
export const queryStressChart = (test: string, theme: Theme, width: number) => call<ChartView>("query_stress_chart", { test, theme, width });
/** Deletes after a delay, and answers with an id by which it can be undone until then. */
export const startDeleteStress = (test: string) => call<number>("start_delete_stress", { test });
export const cancelDeleteStress = (id: number) => call<null>("cancel_delete_stress", { id });

/** Begins a pull and answers with its job's id. */
export function startPull(model: string, engine: string, listen: (event: PullEvent) => void): Promise<number> {
  return call("start_pull", { model, engine, channel: new Channel(listen) });
}
export const cancelPull = (job: number) => call<null>("cancel_pull", { job });

/** Deletes after a delay, and answers with an id by which it can be undone until then. */
export const startDelete = (model: string, engine: string) => call<number>("start_delete", { model, engine });
export const cancelDelete = (id: number) => call<null>("cancel_delete", { id });
export const startDeleteRun = (run: string) => call<number>("start_delete_run", { run });
export const cancelDeleteRun = (id: number) => call<null>("cancel_delete_run", { id });

/** Asks where to, by the system's own dialog, and writes the report there. */
export const saveReport = (run: string, format: ReportFormat) => call<Saved>("save_report", { run, format });

/** Asks where to, and writes the comparison there as JSON. */
export const saveComparison = ({ a, b, asked }: Compared) => call<Saved>("save_comparison", { a, b, asked });

async function call<T>(command: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw toProblem(thrown);
  }
}

/** What was thrown, as a Problem. */
export function toProblem(thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: "unknown", what: "The window got no answer from the program behind it.", detail, next_step: "Try again; if it stays, start Toprung anew." };
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "what" in value && "next_step" in value;
}
