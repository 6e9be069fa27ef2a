/**
 * Writes docs/OPCODES.md from the definition table of the build: `npm run docs`. With --check it writes nothing and fails if the file is
 * out of date.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const { TABLE } = await import(new URL("../dist/cpu386/definitions/index.js", import.meta.url));
const path = new URL("../docs/OPCODES.md", import.meta.url);

const HOW = { emit: "interpreter", helper: "TypeScript", system: "TypeScript, ends the block" };
const how = (d) => HOW[d.emit ? "emit" : d.helper ? "helper" : "system"];

/** OSZAPC: a capital is written, a small letter left undefined, a dot untouched. */
const flags = (d) =>
  [..."OSZAPC"].map((f) => (d.flags?.includes(f) ? f : d.flags?.includes(f.toLowerCase()) ? f.toLowerCase() : ".")).join("");

function text() {
  const definitions = [...new Set(TABLE.forms.map((f) => f.definition))];
  const rows = definitions.map((d) => {
    const forms = d.forms.map((f) => `\`${f}\``).join(" ");
    return `| ${d.name} | ${forms} | ${d.since ?? 386} | \`${flags(d)}\` | ${d.lock ? "yes" : ""} | ${how(d)} |`;
  });
  return `# Opcodes

Generated from src/cpu386/definitions by \`npm run docs\`: ${definitions.length} instructions, ${TABLE.forms.length} encodings, ${TABLE.emitted.length} handlers in the generated interpreter.

Encodings are in the notation of the manual's opcode map (SDM volume 2, appendix A): E r/m, M memory only, R register only, G modrm.reg, Z low bits of
the opcode, I immediate, S sign-extended byte, J relative target, O offset, A far pointer, N segment register, K control or debug register; b, w, d a byte,
word, doubleword, v by operand size. Flags: a capital is written, a small letter left undefined, a dot untouched.

| instruction | encodings | since | flags | LOCK | how |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}

if (process.argv.includes("--check")) {
  if (readFileSync(path, "utf8") !== text()) {
    console.error("docs/OPCODES.md is out of date: npm run docs");
    process.exit(1);
  }
} else {
  mkdirSync(new URL(".", path), { recursive: true });
  writeFileSync(path, text());
}
