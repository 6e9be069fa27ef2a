/** Run by `npm run build`: writes the generated interpreter beside the compiled modules. */
import { writeFileSync } from "node:fs";
import { TABLE } from "../definitions/index.js";
import { generateInterpreter } from "./interpreter.js";
import { interpreterFile } from "./load.js";

for (const watchLoads of [false, true]) {
  const bytes = generateInterpreter(TABLE, { watchLoads });
  writeFileSync(interpreterFile(watchLoads), bytes);
}
console.log(`interpreter: ${TABLE.forms.length} encodings, ${TABLE.emitted.length} handlers`);
