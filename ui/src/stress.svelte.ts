// The stress test that runs, if one does. The Rust process holds it; this is the page's copy, kept in step by a stream.
import * as ipc from "./ipc";
import type { Problem } from "./messages/Problem";
import type { SampleView } from "./messages/SampleView";
import type { StressChoice } from "./messages/StressChoice";
import type { StressEvent } from "./messages/StressEvent";
import type { StressLiveView } from "./messages/StressLiveView";
import { quietMs } from "./quiet";
import { go, route } from "./route.svelte";
import { SAMPLES_KEPT } from "./sensors.svelte";
import { setup } from "./setup.svelte";
import { endedWords } from "./stress";

class Stress {
  live = $state.raw<StressLiveView | null>(null);
  samples = $state.raw<SampleView[]>([]);
  /** What a screen reader is told: steps and the end, never ticks. */
  said = $state("");
  problem = $state.raw<Problem | null>(null);
  starting = $state(false);
  /** Counts the tests that ended while this page looked, so that lists are asked anew. */
  ended = $state(0);

  #newer: StressLiveView | null = null;
  #readings: SampleView[] = [];
  #drawnAt = 0;

  /** Finds the running test again, after a start and after a reload of the page. */
  async attach(): Promise<void> {
    try {
      if (await ipc.queryStressLive()) {
        await ipc.startStressWatch((event) => this.#take(event));
        // Asked again, because something may have changed before the stream began.
        this.#forget();
        this.#show(await ipc.queryStressLive());
      }
    } catch (thrown) {
      this.problem = ipc.toProblem(thrown);
    }
  }

  async start(choice: StressChoice): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    this.problem = null;
    try {
      const test = await ipc.startStress(choice);
      await this.attach();
      // One that could not even begin may have ended already.
      go("hardware", this.live ? undefined : test);
      if (!this.live) this.ended += 1;
    } catch (thrown) {
      this.problem = ipc.toProblem(thrown);
    }
    this.starting = false;
  }

  async stop(): Promise<void> {
    await ipc.cancelStress().catch((thrown: unknown) => (this.problem = ipc.toProblem(thrown)));
  }

  #take(event: StressEvent): void {
    if (event.event === "changed") {
      this.#newer = event.live;
      if (event.live.doing === this.live?.doing && event.live.state === this.live.state) this.#drawSeldom();
      else this.#draw();
    }
    if (event.event === "sampled") {
      this.#readings.push(event.sample);
      this.#drawSeldom();
    }
    if (event.event === "ended") this.#end(event);
  }

  /** Drawing takes processor time that a timed loop should have. A download leaves enough of it. */
  #drawSeldom(): void {
    const quiet = this.live?.kind === "download" ? 0 : quietMs(setup.value?.machine);
    if (performance.now() - this.#drawnAt >= quiet) this.#draw();
  }

  #draw(): void {
    const samples = [...this.samples, ...this.#readings].slice(-SAMPLES_KEPT);
    if (this.#newer) this.#show({ ...this.#newer, samples });
    else this.samples = samples;
    this.#forget();
  }

  #forget(): void {
    this.#newer = null;
    this.#readings = [];
    this.#drawnAt = performance.now();
  }

  #show(live: StressLiveView | null): void {
    if (live && live.doing !== this.live?.doing) this.said = `${live.title} test: ${live.doing}.`;
    this.live = live;
    this.samples = live?.samples ?? [];
  }

  #end(event: Extract<StressEvent, { event: "ended" }>): void {
    const title = this.live?.title ?? "The stress test";
    this.#forget();
    this.#show(null);
    this.said = endedWords(title, event.verdict, event.headline);
    this.problem = event.problem;
    this.ended += 1;
    if (event.test !== null && route.screen === "hardware") go("hardware", event.test);
  }
}

export const stress = new Stress();
