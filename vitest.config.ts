import { defineConfig } from "vitest/config";
import { TEST_TIMEOUT } from "./test/support/patience.js";

export default defineConfig({
  test: {
    setupFiles: ["test/support/tiers.ts"],
    // Many tests run a debugger or another emulator beside ours; two at a time is what a small machine can carry.
    maxWorkers: 2,
    testTimeout: TEST_TIMEOUT,
    hookTimeout: TEST_TIMEOUT,
    projects: [
      { extends: true, test: { name: "standard", include: ["test/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "hot",
          include: ["test/cpu386/*.test.ts"],
          // Each case is compiled anew.
          env: {
            POK386_TIERS: "hot",
            POK386_ORACLE_CASES: process.env.POK386_ORACLE_CASES ?? "5000",
            POK386_X87_CASES: process.env.POK386_X87_CASES ?? "2000",
          },
        },
      },
    ],
  },
});
