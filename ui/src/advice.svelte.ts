// The advice in view, and the wishes that it is made under. Rust ranks; this asks, and keeps what came.
import { withFloors } from "./advice";
import { queryAdvice, saveRecommendSettings, toProblem } from "./ipc";
import { Latest } from "./latest";
import type { AdviceView } from "./messages/AdviceView";
import type { FloorsView } from "./messages/FloorsView";
import type { Problem } from "./messages/Problem";
import type { RecommendSettings } from "./messages/RecommendSettings";
import type { TaskAdviceView } from "./messages/TaskAdviceView";
import { Resource } from "./resource.svelte";

export class Advising {
  readonly advice = new Resource<AdviceView>();
  /** Why the last wish was refused. */
  problem = $state.raw<Problem | null>(null);
  #run: string | null = null;
  #slider = new Latest<number>((slider) => this.#save({ slider }));

  load(run: string | null): Promise<void> {
    if (run !== this.#run) this.advice.clear();
    this.#run = run;
    return this.advice.ask(() => queryAdvice(run));
  }

  /** From speed (0) to quality (1). */
  slide(slider: number): Promise<void> {
    return this.#slider.want(slider);
  }

  /** Whether they were taken. */
  async setFloors(task: TaskAdviceView, floors: FloorsView): Promise<boolean> {
    await this.#save({ floors: withFloors(this.advice.value?.own_floors ?? [], task, floors) });
    return this.problem === null;
  }

  async #save(change: Partial<RecommendSettings>): Promise<void> {
    const now = this.advice.value;
    if (!now) return;
    try {
      const run = this.#run;
      const advice = await saveRecommendSettings(run, { slider: now.slider, weights: now.weights, floors: now.own_floors, ...change });
      // Another run may have been opened meanwhile.
      if (run === this.#run) this.advice.value = advice;
      this.problem = null;
    } catch (thrown) {
      this.problem = toProblem(thrown);
    }
  }
}
