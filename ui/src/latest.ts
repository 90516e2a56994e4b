// One question at a time, the newest next: what a slider asks while it moves.

/** Calls `ask` with what is wanted. While an answer is on its way, only the newest wish is kept; those between are never asked. */
export class Latest<T> {
  #ask: (wish: T) => Promise<void>;
  #next: { wish: T } | null = null;
  #busy = false;

  constructor(ask: (wish: T) => Promise<void>) {
    this.#ask = ask;
  }

  async want(wish: T): Promise<void> {
    this.#next = { wish };
    if (this.#busy) return;
    this.#busy = true;
    while (this.#next !== null) {
      const { wish: now } = this.#next;
      this.#next = null;
      await this.#ask(now);
    }
    this.#busy = false;
  }
}
