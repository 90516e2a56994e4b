// How often a stress test is drawn while it is timed: drawing takes processor time that the model should have.
import type { MachineView } from "./messages/MachineView";

/** With a GPU to draw it, as often as the sensors are read. */
const DRAWN_BY_GPU_MS = 1_000;
/** Without one the processor draws the whole window. Once a second that took 4 % of a core, which is more than the measuring itself may take. */
const DRAWN_BY_PROCESSOR_MS = 10_000;

/** Milliseconds between two drawings while a trial is timed. A machine that is not known yet is taken for one without a GPU. */
export function quietMs(machine: MachineView | null | undefined): number {
  return machine?.gpus.length ? DRAWN_BY_GPU_MS : DRAWN_BY_PROCESSOR_MS;
}
