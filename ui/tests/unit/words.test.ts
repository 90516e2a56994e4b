import { expect, it } from "vitest";

import { engineLine } from "../../src/words";

it.each([
  ["llama", "llama.cpp 0.6.0-dev (llama-cpp-2 0.1.160)", "llama.cpp 0.6.0-dev"],
  ["llama", "b7310", "llama.cpp (embedded) b7310"],
  ["ollama", "0.5.4", "Ollama 0.5.4"],
  ["ollama", null, "Ollama"],
])("%s with version %s is %s in one line", (kind, version, line) => expect(engineLine(kind, version)).toBe(line));
