#!/usr/bin/env -S node --v8-pool-size=1
/** Starts the program. V8 gets one thread to optimise in: more than there are processors hold the run up. */
import { fileURLToPath } from "node:url";
import { loadChunk } from "./chunks.js";

const { main } = loadChunk(fileURLToPath(new URL("../commands.cjs", import.meta.url))) as typeof import("./commands.js");
await main();
