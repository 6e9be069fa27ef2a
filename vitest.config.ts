import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/tiers.ts"],
    // Many tests run a debugger or another emulator beside ours; two at a time is what a small machine can carry.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
