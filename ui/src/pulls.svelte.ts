// Pulls under way. Rust holds them; after a reload of the page they are found again by asking.
import { cancelPull, startPull } from "./ipc";
import type { PullEvent } from "./messages/PullEvent";
import type { PullView } from "./messages/PullView";
import { toasts } from "./toasts.svelte";

class Pulls {
  list = $state.raw<PullView[]>([]);
  /** Jobs whose events come to this page; the others are asked for. */
  #heard = new Set<string>();

  /** Takes in what Rust says is under way. */
  found(pulls: PullView[]): void {
    // A stream is ahead of an answer that was on its way: the pulls heard here keep what they said last.
    const heard = this.list.filter((pull) => this.#heard.has(keyOf(pull.model, pull.engine)));
    this.list = [...pulls.filter((pull) => !heard.some((known) => known.job === pull.job)), ...heard];
  }
  /** Whether some pull's progress must be asked for, because it was begun before the page was loaded. */
  get unheard(): boolean {
    return this.list.some((pull) => !this.#heard.has(keyOf(pull.model, pull.engine)));
  }
  of(model: string, engine: string): PullView | undefined {
    return this.list.find((pull) => pull.model === model && pull.engine === engine);
  }

  async start(model: string, engine: string, settled: () => void): Promise<void> {
    const key = keyOf(model, engine);
    this.#heard.add(key);
    try {
      await startPull(model, engine, (event) => this.#take(event, engine, settled));
    } catch (thrown) {
      this.#heard.delete(key);
      toasts.problem(thrown);
    }
  }
  async cancel(pull: PullView): Promise<void> {
    await cancelPull(pull.job).catch((thrown: unknown) => toasts.problem(thrown));
  }

  #take(event: PullEvent, engine: string, settled: () => void): void {
    if (event.event === "progress") {
      this.list = [...this.list.filter((pull) => pull.job !== event.pull.job), event.pull];
      return;
    }
    this.#heard.delete(keyOf(event.model, engine));
    this.list = this.list.filter((pull) => pull.model !== event.model || pull.engine !== engine);
    if (event.event === "done") toasts.notice(`${event.model} is installed.`);
    if (event.event === "failed") toasts.problem(event.problem);
    settled();
  }
}

const keyOf = (model: string, engine: string): string => `${engine} ${model}`;

export const pulls = new Pulls();
