import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, describe, expect, it } from "vitest";

import * as ipc from "../../src/ipc";
import { Resource } from "../../src/resource.svelte";

afterEach(() => clearMocks());

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

it("only ipc.ts imports Tauri", () => {
  const importers = files("src").filter((path) => readFileSync(path, "utf8").includes("@tauri-apps/"));
  expect(importers, "one transport file keeps every screen testable without a window").toEqual(["src/ipc.ts"]);
});

it("no screen or part holds a style attribute: the window's policy refuses it", () => {
  const holders = files("src").filter((path) => path.endsWith(".svelte") && /\sstyle="/.test(readFileSync(path, "utf8")));
  expect(holders).toEqual([]);
});

describe("a command", () => {
  it("rejects with the problem that Rust gave", async () => {
    const problem = { code: "disk_full", what: "The disk is full.", detail: "0 bytes free", next_step: "Free some space." };
    mockIPC(() => Promise.reject(problem));
    await expect(ipc.querySetup()).rejects.toEqual(problem);
  });
  it("rejects with a problem even when something else was thrown", async () => {
    mockIPC(() => Promise.reject(new Error("denied")));
    await expect(ipc.queryRuns()).rejects.toMatchObject({ code: "unknown", detail: "denied" });
  });
  it("sends its arguments under the names that Rust reads", async () => {
    const seen: unknown[] = [];
    mockIPC((command, args) => void seen.push([command, args]));
    await ipc.queryChart("r-1", "throughput", "dark", 640);
    expect(seen).toEqual([["query_chart", { run: "r-1", kind: "throughput", theme: "dark", width: 640 }]]);
  });
});

describe("a resource", () => {
  it("drops an answer that a later question has overtaken", async () => {
    const resource = new Resource<string>();
    let slow = (_: string): void => undefined;
    const first = resource.ask(() => new Promise<string>((resolve) => (slow = resolve)));
    await resource.ask(() => Promise.resolve("new"));
    slow("old");
    await first;
    expect(resource.value).toBe("new");
  });
  it("keeps the old value in view while a question fails", async () => {
    const resource = new Resource<string>();
    await resource.ask(() => Promise.resolve("kept"));
    await resource.ask(() => Promise.reject(new Error("gone")));
    expect(resource.value).toBe("kept");
    expect(resource.problem?.detail).toBe("gone");
  });
});
