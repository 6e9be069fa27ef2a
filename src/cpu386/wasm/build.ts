/** Run by `npm run build`: writes the modules that are the same each time beside the compiled modules. */
import { writeFileSync } from "node:fs";
import { TABLE } from "../definitions/index.js";
import { generatedFile } from "./files.js";
import { generateInterpreter } from "./interpreter.js";
import { interpreterName, VARIANTS } from "./load.js";
import { generateQuick, QUICK_NAME } from "./quick.js";
import { generateScans, SCANS_NAME } from "./scan.js";
import { generateX87, X87_NAME } from "./x87/module.js";

for (const options of VARIANTS) writeFileSync(generatedFile(interpreterName(options)), generateInterpreter(TABLE, options));
writeFileSync(generatedFile(X87_NAME), generateX87());
writeFileSync(generatedFile(QUICK_NAME), generateQuick());
writeFileSync(generatedFile(SCANS_NAME), generateScans());
console.log(`interpreter: ${TABLE.forms.length} encodings, ${TABLE.emitted.length} handlers`);
