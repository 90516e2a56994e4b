// Short notices at the window's foot, and the undo that stands in one of them.
import { toProblem } from "./ipc";
import type { Problem } from "./messages/Problem";

/** As long as the Rust side waits before it deletes. */
export const UNDO_MS = 10_000;
/** Long enough to read a path twice. */
const NOTICE_MS = 8_000;

export interface Toast {
  id: number;
  text: string;
  problem: Problem | null;
  undo: (() => Promise<void>) | null;
}

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;

  notice(text: string): void {
    this.#add(text, null, null, NOTICE_MS);
  }
  /** A problem stays until it is dismissed. */
  problem(thrown: unknown): void {
    const problem = toProblem(thrown);
    this.#add(problem.what, problem, null, null);
  }
  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
  /** Presses the newest undo, as Ctrl+Z does. */
  undoNewest(): void {
    void this.list.findLast((toast) => toast.undo)?.undo?.();
  }

  /** Asks for a deletion, offers its undo for as long as Rust waits, and tells when the outcome is certain. */
  async deletion(text: string, start: () => Promise<number>, cancel: (id: number) => Promise<unknown>, settled: () => void): Promise<void> {
    let id: number;
    try {
      id = await start();
    } catch (thrown) {
      this.problem(thrown);
      settled();
      return;
    }
    const timer = setTimeout(settled, UNDO_MS + 500);
    const toast = this.#add(text, null, async () => {
      clearTimeout(timer);
      this.dismiss(toast);
      await cancel(id).catch((thrown: unknown) => this.problem(thrown));
      settled();
    }, UNDO_MS);
  }

  #add(text: string, problem: Problem | null, undo: Toast["undo"], forMs: number | null): number {
    const id = this.#next++;
    this.list = [...this.list, { id, text, problem, undo }];
    if (forMs !== null) setTimeout(() => this.dismiss(id), forMs);
    return id;
  }
}

export const toasts = new Toasts();
