import { defineConfig } from "vitest/config";

/**
 * Two kinds of tests: `unit` lies beside the code and may use neither network nor clock; `system`
 * lies in test/ and drives real processes, servers, browsers and outside tools.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{core,lib,tools,guardrails,api,bin}/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "dashboard",
          include: ["dashboard/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
