// What is here: the machine, the engines, the ladders. Asked once at the start, and again on a re-scan.
import { setLocale } from "./format";
import { querySetup } from "./ipc";
import type { Setup } from "./messages/Setup";
import { Resource } from "./resource.svelte";

export const setup = new Resource<Setup>();

export function scan(): Promise<void> {
  return setup.ask(async () => {
    const answer = await querySetup();
    setLocale(answer.locale);
    return answer;
  });
}
