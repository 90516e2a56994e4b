import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** The window's policy (tauri.conf.json), so that a browser test fails where the window would. */
const WINDOW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
].join("; ");

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  // Svelte has a build for servers too; component tests want the one for browsers.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  // Tauri's own messages stay readable in the same terminal.
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  preview: { port: 1421, strictPort: true, headers: { "Content-Security-Policy": WINDOW_POLICY } },
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
