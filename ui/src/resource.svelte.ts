// Something that is asked from Rust: its value, whether it is on its way, and what went wrong.
import { toProblem } from "./ipc";
import type { Problem } from "./messages/Problem";

export class Resource<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);
  /** Whether an answer has come, an empty one included. */
  known = $state(false);
  #turn = 0;

  /** Asks anew. The old value stays in view until the answer comes; an answer that was overtaken is dropped. */
  async ask(question: () => Promise<T>): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.loading = true;
    try {
      const value = await question();
      if (turn === this.#turn) [this.value, this.problem, this.known] = [value, null, true];
    } catch (thrown) {
      if (turn === this.#turn) this.problem = toProblem(thrown);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }

  /** Forgets the value, so that a screen shows its skeleton and not another run's figures. */
  clear(): void {
    this.#turn += 1;
    [this.value, this.problem, this.loading, this.known] = [null, null, false, false];
  }
}
