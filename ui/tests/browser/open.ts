// A page on a scripted back end, as every flow opens it.
import { expect, test as base, type Page } from "@playwright/test";

import { installFake, type Fixture } from "../fake-tauri";

export { expect };

// Every flow fails if the page breaks the window's policy or throws.
export const test = base.extend<{ open: (world: Fixture, screen?: string) => Promise<Page> }>({
  open: async ({ page }, use) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await use(async (world, screen = "climb") => {
      await installFake(page, world);
      await page.goto(`/#/${screen}`);
      return page;
    });
    expect(faults, "the page must neither throw nor break the window's policy").toEqual([]);
  },
});
