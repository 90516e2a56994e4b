// The sensors while no climb and no test reads them: one reading a second, for as long as a screen looks.
import { cancelSensors, startSensors, toProblem } from "./ipc";
import type { Problem } from "./messages/Problem";
import type { SampleView } from "./messages/SampleView";

/** Two minutes at one reading a second: what a gauge's line shows. */
export const SAMPLES_KEPT = 120;

class Sensors {
  samples = $state.raw<SampleView[]>([]);
  problem = $state.raw<Problem | null>(null);
  #turn = 0;

  /** Begins to watch; the answer ends it. */
  watch(): () => void {
    this.#turn += 1;
    const turn = this.#turn;
    this.samples = [];
    this.problem = null;
    startSensors((sample) => {
      if (turn === this.#turn) this.samples = [...this.samples, sample].slice(-SAMPLES_KEPT);
    }).catch((thrown: unknown) => (this.problem = toProblem(thrown)));
    return () => {
      this.#turn += 1;
      // A watch that is already over needs no end.
      cancelSensors().catch(() => undefined);
    };
  }
}

export const sensors = new Sensors();
