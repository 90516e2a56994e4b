import { defineConfig } from "@playwright/test";

// The page is the built one, served under the window's own policy; the browser is the system's.
export default defineConfig({
  testDir: "tests/browser",
  outputDir: "node_modules/.cache/playwright",
  reporter: "line",
  timeout: 30_000,
  fullyParallel: true,
  // Two cores: one for the browser, one for the page's server and the tests.
  workers: 2,
  use: {
    baseURL: "http://localhost:1421",
    viewport: { width: 1000, height: 700 },
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    },
  },
  webServer: { command: "npx vite build && npx vite preview", url: "http://localhost:1421", reuseExistingServer: !process.env["CI"], timeout: 120_000 },
});
