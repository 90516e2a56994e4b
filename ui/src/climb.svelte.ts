// The climb that runs, if one does. The Rust process holds it; this is the page's copy, kept in step by a stream.
import { announcement } from "./announce";
import * as ipc from "./ipc";
import type { Choice } from "./messages/Choice";
import type { LiveEvent } from "./messages/LiveEvent";
import type { LiveView } from "./messages/LiveView";
import type { PlanView } from "./messages/PlanView";
import type { Problem } from "./messages/Problem";
import type { SampleView } from "./messages/SampleView";
import { go, route } from "./route.svelte";

/** Two minutes at one reading a second: what a gauge's line shows. */
const SAMPLES_KEPT = 120;
/** The mode of a run of tasks alone. */
export const TASKS = "tasks";

class Climb {
  live = $state.raw<LiveView | null>(null);
  samples = $state.raw<SampleView[]>([]);
  output = $state("");
  /** What the plan that was started expected of each model, in tokens per second. */
  expected = $state.raw(new Map<string, [number, number]>());
  /** What a screen reader is told: rung changes, never ticks. */
  said = $state("");
  /** Why a start, a pause or a stop did not work. */
  problem = $state.raw<Problem | null>(null);
  /** A start was pressed and has no answer yet. */
  starting = $state(false);
  /** Whether it is known yet if a climb runs. */
  known = $state(false);

  /** Finds the running climb again, after a start and after a reload of the page. */
  async attach(): Promise<void> {
    try {
      if (await ipc.queryLive()) {
        await ipc.startWatch((event) => this.#take(event));
        // Asked again, because something may have changed before the stream began.
        this.#show(await ipc.queryLive());
      }
    } catch (thrown) {
      this.problem = ipc.toProblem(thrown);
    } finally {
      this.known = true;
    }
  }

  start(choice: Choice, plan: PlanView): Promise<void> {
    this.expected = new Map(plan.rungs.flatMap((rung) => (rung.expected_low === null || rung.expected_high === null ? [] : [[rung.model, [rung.expected_low, rung.expected_high]]])));
    return this.#begin(() => ipc.startClimb(choice), choice.mode === TASKS);
  }
  resume(run: string): Promise<void> {
    this.expected = new Map();
    return this.#begin(() => ipc.startResume(run));
  }
  /** Pauses after the trial under way, or goes on. */
  togglePause(): Promise<void> {
    const waiting = this.live?.state === "paused" || this.live?.state === "pausing";
    return this.#try(waiting ? ipc.cancelPause : ipc.startPause);
  }
  stop(): Promise<void> {
    return this.#try(ipc.cancelClimb);
  }

  async #begin(start: () => Promise<string>, tasksAlone = false): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    await this.#try(async () => {
      const run = await start();
      await this.attach();
      // A climb that could not even begin its first rung may have ended already.
      if (this.live) go("climb");
      else go(tasksAlone ? "recommend" : "results", run);
    });
    this.starting = false;
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    this.problem = null;
    try {
      await act();
    } catch (thrown) {
      this.problem = ipc.toProblem(thrown);
    }
  }

  #take(event: LiveEvent): void {
    // How often a state comes while a trial is timed is the sender's care: drawing takes processor time that the model should have.
    if (event.event === "changed") this.#show({ ...event.live, samples: [...this.samples, ...event.live.samples].slice(-SAMPLES_KEPT) });
    else this.#end(event.run, event.finished);
  }

  #show(live: LiveView | null): void {
    const said = announcement(this.live, live);
    if (said) this.said = said;
    this.live = live && live.state !== "ended" ? live : null;
    this.samples = live?.samples ?? [];
    this.output = live?.output ?? "";
  }

  #end(run: string, finished: boolean): void {
    // A person who put models to tasks wants to know which one to use.
    const asked = this.live?.mode === TASKS || this.live?.rungs.some((rung) => rung.items_asked > 0);
    this.#show(null);
    this.said = finished ? `The climb is finished. Its ${asked ? "advice is" : "results are"} open.` : "The climb has stopped. Everything measured is kept.";
    if (route.screen === "climb") go(asked ? "recommend" : "results", run);
  }
}

export const climb = new Climb();
