import { readFileSync } from "node:fs";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** The window's own policy, so that a browser test fails where the window would. */
function windowPolicy(): string {
  const conf = JSON.parse(readFileSync("../tauri.conf.json", "utf8")) as { app: { security: { csp: Record<string, string> } } };
  return Object.entries(conf.app.security.csp)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  // Svelte has a build for servers too; component tests want the one for browsers.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  // Tauri's own messages stay readable in the same terminal.
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  preview: { port: 1421, strictPort: true, headers: { "Content-Security-Policy": windowPolicy() } },
  build: {
    target: "es2022",
    // The policy allows fonts from files only, never from data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/unit/**/*.test.ts"],
  },
}));
