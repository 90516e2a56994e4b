// A stand-in for the Rust side, put into the page before it loads. It answers commands from a fixture, notes
// what was asked, and lets a test send events down the channels that the page opened.
import type { Page } from "@playwright/test";

import type { Problem } from "../src/messages/Problem";

export interface Fixture {
  /** What each command answers with. */
  answers: Record<string, unknown>;
  /** Commands that reject, each with its problem. */
  failures?: Record<string, Problem>;
  /** Answers that change once a command has been called. */
  after?: Record<string, Record<string, unknown>>;
  /** Answers of query_run, query_chart and query_stress_test by run, kind and test, of query_stress_plan by kind, and of query_comparison by a/b/asked, where one fixture holds several. */
  byArgument?: Record<string, Record<string, unknown>>;
  /** Commands that never answer, to look at what a screen shows meanwhile. */
  silent?: string[];
}

export interface Call {
  command: string;
  args: Record<string, unknown>;
}

interface FakeWindow {
  fake: { calls: Call[]; emit: (command: string, event: unknown) => void };
}

export async function installFake(page: Page, fixture: Fixture): Promise<void> {
  await page.addInitScript((given: Fixture) => {
    // As tauri.conf.json has it (freezePrototype).
    Object.freeze(Object.prototype);
    const callbacks = new Map<number, (message: unknown) => void>();
    const channels = new Map<string, { id: number; sent: number }>();
    const answers = { ...given.answers };
    const calls: { command: string; args: Record<string, unknown> }[] = [];
    let nextCallback = 1;

    function answer(command: string, args: Record<string, unknown>): Promise<unknown> {
      calls.push({ command, args: JSON.parse(JSON.stringify(args)) });
      const channel = args["channel"] as { id: number } | undefined;
      if (channel) channels.set(command, { id: channel.id, sent: 0 });
      if (given.silent?.includes(command)) return new Promise(() => undefined);
      const failure = given.failures?.[command];
      if (failure) return Promise.reject(failure);
      Object.assign(answers, given.after?.[command] ?? {});
      const by = given.byArgument?.[command];
      const compared = [args["a"], args["b"], (args["asked"] as string[] | undefined)?.join(",")].filter(Boolean).join("/");
      const choice = args["choice"] as { kind?: string } | undefined;
      const key = String(args["kind"] ?? args["run"] ?? args["test"] ?? choice?.kind ?? compared);
      return Promise.resolve(structuredClone(by?.[key] ?? answers[command] ?? null));
    }

    Object.assign(window, {
      __TAURI_INTERNALS__: {
        invoke: (command: string, args: Record<string, unknown> = {}) => answer(command, args),
        transformCallback(callback: (message: unknown) => void) {
          const id = nextCallback++;
          callbacks.set(id, callback);
          return id;
        },
        unregisterCallback: (id: number) => callbacks.delete(id),
      },
      fake: {
        calls,
        emit(command: string, event: unknown) {
          const channel = channels.get(command);
          if (!channel) throw new Error(`no channel was opened by ${command}`);
          callbacks.get(channel.id)?.({ index: channel.sent++, message: event });
        },
      },
    });
  }, fixture);
}

/** Sends an event down the channel that a command was given. */
export async function emit(page: Page, command: string, event: unknown): Promise<void> {
  await page.evaluate(([name, what]) => (window as unknown as FakeWindow).fake.emit(name as string, what), [command, event] as const);
}

/** Everything that was asked of a command so far, oldest first. */
export async function callsOf(page: Page, command: string): Promise<Call[]> {
  const calls = await page.evaluate(() => (window as unknown as FakeWindow).fake.calls);
  return calls.filter((call) => call.command === command);
}
