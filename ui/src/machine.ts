// The machine in one line.
import { count, memory } from "./format";
import type { MachineView } from "./messages/MachineView";

/** "i9-14900HX · 24 cores · 32 GiB · RTX 4070 8 GiB · on mains"; what is not known is left out. */
export function machineLine(machine: MachineView): string {
  const cores = machine.physical_cores ?? machine.logical_cores;
  const gpus = machine.gpus.map((gpu) => [gpu.name, gpu.memory_bytes === null ? null : memory(gpu.memory_bytes)].filter(Boolean).join(" "));
  return [
    machine.cpu,
    cores === null ? null : count(cores, "core"),
    machine.memory_bytes === null ? null : memory(machine.memory_bytes),
    ...(gpus.length > 0 ? gpus : ["no GPU found"]),
    machine.os,
    machine.on_mains === null ? null : machine.on_mains ? "on mains" : "on battery",
  ]
    .filter(Boolean)
    .join(" · ");
}
