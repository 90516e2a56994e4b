// One measurement at a time: why another can't be started now, in words. Two would measure each other.
import { climb } from "./climb.svelte";
import { stress } from "./stress.svelte";

/** What keeps a climb from starting; null where nothing does. */
export function climbWaits(): string | null {
  return stress.live !== null || stress.starting ? "A stress test is running: a climb waits until it has ended." : null;
}

/** What keeps a stress test from starting, its own kind aside; null where nothing does. */
export function testWaits(): string | null {
  return climb.live !== null || climb.starting ? "A climb is running: they wait until it has ended." : null;
}
