/** Run by `npm run build`: writes the generated interpreter beside the compiled modules. */
import { writeFileSync } from "node:fs";
import { TABLE } from "../definitions/index.js";
import { generateInterpreter } from "./interpreter.js";
import { interpreterFile, VARIANTS } from "./load.js";

for (const options of VARIANTS) writeFileSync(interpreterFile(options), generateInterpreter(TABLE, options));
console.log(`interpreter: ${TABLE.forms.length} encodings, ${TABLE.emitted.length} handlers`);
