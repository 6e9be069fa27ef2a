/**
 * Writes docs/OPCODES.md, from the definition table of the build, docs/CONFORMANCE.md, from docs/conformance.json, and docs/PACKETS.md, from the
 * definitions of packets in the build and docs/packets.json: `npm run docs`. With --check it writes nothing and fails if one of them is out of
 * date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { number, table } from "./document.mjs";
import { gdbSuiteChapter } from "./gdb-suite-docs.mjs";
import { SUITES } from "./suites.mjs";

const { TABLE } = await import(new URL("../dist/cpu386/definitions/index.js", import.meta.url));
const { faultsOf } = await import(new URL("../dist/cpu386/definitions/faults.js", import.meta.url));
const { packets } = await import(new URL("../dist/gdbstub/packets/index.js", import.meta.url));
const proofs = JSON.parse(readFileSync(new URL("../docs/packets.json", import.meta.url), "utf8"));
const results = JSON.parse(readFileSync(new URL("../docs/conformance.json", import.meta.url), "utf8"));

// docs/OPCODES.md ----------------------------------------------------------------------------------------------------------------------
const HOW = { emit: "interpreter", helper: "TypeScript", system: "TypeScript, ends the block" };
const how = (d) => HOW[d.emit ? "emit" : d.helper ? "helper" : "system"];
/** OSZAPC: a capital is written, a small letter left undefined, a dot untouched. */
const flags = (d) =>
  [..."OSZAPC"].map((f) => (d.flags?.includes(f) ? f : d.flags?.includes(f.toLowerCase()) ? f.toLowerCase() : ".")).join("");
const COLUMNS = [...new Set(SUITES.flatMap((s) => s.column ?? []))];
const keyOf = ({ definition, text }) => `${definition.name} ${text}`;
function covered(form, column) {
  const suites = SUITES.filter((s) => s.column === column);
  return suites.reduce((sum, { name }) => sum + (results.suites[name]?.forms[keyOf(form)] ?? 0), 0);
}
const isCovered = (form) => COLUMNS.some((column) => covered(form, column) > 0);

function opcodes() {
  const rows = TABLE.forms.map((form) => {
    const d = form.definition;
    const cases = COLUMNS.map((column) => (covered(form, column) ? number(covered(form, column)) : ""));
    return [`\`${form.text}\``, d.name, d.since ?? 386, `\`${flags(d)}\``, d.lock ? "yes" : "", faultsOf(form).join(" "), how(d), ...cases];
  });
  const definitions = new Set(TABLE.forms.map((f) => f.definition));
  return `# Opcodes

Generated from src/cpu386/definitions by \`npm run docs\`: ${definitions.size} instructions, ${TABLE.forms.length} encodings, ${TABLE.emitted.length} handlers in the generated interpreter.

Encodings are in the notation of the manual's opcode map (SDM volume 2, appendix A): E r/m, M memory only, R register only, G modrm.reg, Z low bits of
the opcode, I immediate, S sign-extended byte, J relative target, O offset, A far pointer, N segment register, K control or debug register; b, w, d a byte,
word, doubleword, v by operand size. Flags: a capital is written, a small letter left undefined, a dot untouched. Faults: beside those, any instruction can
meet #GP, #PF and #UD in being fetched and decoded, #UD by a LOCK prefix that is not allowed, and #DB. The last columns count the cases in which
a suite of [CONFORMANCE.md](CONFORMANCE.md) executed the encoding and compared what it left; "test ROM" counts executions.

${table(["encoding", "instruction", "since", "flags", "LOCK", "faults", "how", ...COLUMNS], rows)}
`;
}

// docs/CONFORMANCE.md ------------------------------------------------------------------------------------------------------------------
const ran = SUITES.filter(({ name }) => results.suites[name]);
const departed = (s) => results.suites[s.name].departures.reduce((sum, d) => sum + d.cases, 0);

function suiteTable() {
  const rows = ran.map((s) => {
    const { cases } = results.suites[s.name];
    return [s.reference, s.compares, s.file, `${number(cases)} ${s.unit}`, number(departed(s)), 0];
  });
  if (results.matrix) rows.push(matrixRow());
  return table(["reference", "what is compared", "where", "cases", "settled by the manual", "not explained"], rows);
}

/** Cases by suite and --jit; "on" is the table above. */
function tiersTable() {
  const ways = ["off", "hot", "verify"];
  const cases = (way, name) => (results.tiers?.[way]?.[name] === undefined ? "" : number(results.tiers[way][name]));
  const suites = [...SUITES.map(({ name, unit }) => [name, unit]), ["matrix", "cases"]].filter(([name]) =>
    ways.some((way) => cases(way, name)),
  );
  return table(
    ["suite", "", ...ways.map((way) => `--jit ${way}`)],
    suites.map(([name, unit]) => [name, unit, ...ways.map((way) => cases(way, name))]),
  );
}

const matrixTotal = (report, field) => Object.values(report.groups).reduce((sum, group) => sum + group[field], 0);
const MACHINE = { here: "here", qemu: "QEMU", bochs: "Bochs" };
function matrixRow() {
  const [first, ...others] = results.matrix;
  const departed = others.reduce((sum, report) => sum + matrixTotal(report, "differences"), 0);
  const cases = `${number(matrixTotal(first, "cases"))} cases on each machine`;
  const what =
    "the protected-mode matrix: segment loads and accesses, gates, far transfers, returns, interrupts, task switches by the manual's rules; all registers and all memory written";
  return ["the manual's rules, QEMU and Bochs", what, "test/matrix", cases, number(departed), 0];
}
function matrixTable() {
  const groups = Object.keys(results.matrix[0].groups);
  const rows = groups.map((name) => [
    name,
    number(results.matrix[0].groups[name].cases),
    ...results.matrix.map((report) => number(report.groups[name].differences)),
  ]);
  return table(["group", "cases", ...results.matrix.map((report) => MACHINE[report.machine])], rows);
}

function departures() {
  const found = new Map();
  for (const s of ran) {
    for (const { reference, what, manual, cases } of results.suites[s.name].departures) {
      const key = `${reference}|${what}`;
      const known = found.get(key) ?? { reference, what, manual, where: [] };
      known.where.push(`${s.name}: ${number(cases)}`);
      found.set(key, known);
    }
  }
  for (const { machine, findings } of results.matrix ?? []) {
    for (const { does, manual, cases } of findings)
      found.set(`${machine}|${does}`, { reference: MACHINE[machine], what: does, manual, where: [`matrix: ${number(cases)}`] });
  }
  const order = [...found.values()].sort((a, b) => a.reference.localeCompare(b.reference));
  return table(
    ["reference", "what it does", "the manual", "cases"],
    order.map((d) => [d.reference, d.what, d.manual, d.where.join(", ")]),
  );
}

function conformance() {
  const { host, qemu, bochs, gdb } = results.references;
  const uncovered = TABLE.forms.filter((form) => !isCovered(form)).map((form) => `${form.definition.name} \`${form.text}\``);
  return `# What pok386 is compared with, and where they differ

Generated by \`npm run conformance\`, which runs the suites and counts; the tests run the same, the random ones with fewer cases. Host: ${host};
QEMU ${qemu}; Bochs ${bochs}; gdb ${gdb}.

## Suites

${suiteTable()}

The same by other tiers than users have, all without an unexplained difference; "hot" compiles everything before it is executed for the first
time, "verify" compares that with the cold tier besides (\`npm run conformance -- --jit off|hot|verify\`):

${tiersTable()}

Beside these, real programs judge the whole: gdb ${gdb} and gdb-multiarch in sessions as a user types them (test/gdb), VS Code's CDT adapter over
DAP (test/dap), and QEMU by every line the sample systems print (test/guest).

## The protected-mode matrix

Differences from the manual's rules by group; RF, which QEMU saves almost nowhere, is left out of QEMU's column. Every one is a finding below,
predicted case by case.

${results.matrix ? matrixTable() : "It has not been run."}

${gdbSuiteChapter()}

## Where a reference departs from the manual

The Intel manual (SDM) decides; pok386 follows it. A difference that is not in this table fails its test.

${departures()}

Not generated as cases, because the host's operating system or an AMD processor makes them incomparable: cpuid, rdtsc and the stores of descriptor
tables; ret and iret at the very end of a stack (AMD's processors read more of it than they need); branches taken that end at the code limit;
verw with LOCK (executed by some of AMD's that have it empty buffers).

## What is left undefined by the manual

Flags marked with small letters in docs/OPCODES.md are not compared. AF after logical operations and shifts is 0 here.

## What no suite covers

${uncovered.length} of ${TABLE.forms.length} encodings are in no suite above; tests of one rule each cover them${uncovered.length ? `: ${uncovered.join(", ")}` : ""}.
`;
}

// docs/PACKETS.md ----------------------------------------------------------------------------------------------------------------------
/** What docs/packets.json says of a packet; the test it names must be there. */
function proofOf(match) {
  const proof = proofs[match];
  if (!proof) throw new Error(`docs/packets.json says nothing of ${match}`);
  const [what, file, title] = proof;
  const text = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
  if (!text.includes(title)) throw new Error(`docs/packets.json: ${file} has no test "${title}"`);
  return { what, test: `${file}: ${title}` };
}

function packetTable() {
  const gone = Object.keys(proofs).filter((match) => packets.every((p) => p.match !== match));
  if (gone.length) throw new Error(`docs/packets.json has packets there are not: ${gone.join(", ")}`);
  const rows = packets.map((p) => {
    const { what, test } = proofOf(p.match);
    const capabilities = (p.advertise ?? "").split(";").filter(Boolean);
    return [
      `\`${p.match}\``,
      what,
      capabilities.map((c) => `\`${c}\``).join(" "),
      p.whileRunning ? "yes" : "",
      p.textErrors ? "yes" : "",
      test,
    ];
  });
  return table(["packet", "what it does", "in qSupported", "while running", "errors in words", "test"], rows);
}

const packetDocument = () => `# Packets of the GDB stub

Generated from src/gdbstub/packets and docs/packets.json by \`npm run docs\`: ${packets.length} packets. A packet is offered only if the target can
do what it needs, and it counts as there when a test proves it; those in test/gdb run real gdb. Beside those in the table, qSupported says
PacketSize, \`multiprocess+\`, \`swbreak+\`, \`hwbreak+\` and, to a client that offers them, \`error-message+\` and \`exec-events+\`: a partition whose program
begins, or begins anew, is an exec event once \`monitor exec-events on\` has asked for it (test/gdb/exec-events.test.ts). All other packets get the empty answer.

${packetTable()}

## What is not there, and why

| not there | why |
| --- | --- |
| qXfer:libraries | every partition is a process with an executable of its own, which gdb loads by itself (qXfer:exec-file): symbols of one are none of the other's. A library is a part of a process, and would show all partitions in each |
| non-stop mode, vCont;t, vStopped | there is one processor: what stops one thread stops all |
| fork events | partitions are there from the first moment on; that one begins is an exec event |
| exec events without being asked for | gdb has no packet to say that somebody waits for them; it reads symbols anew at each, and forgets the step it is in |
| QProgramSignals | it is for signals that are pending when gdb goes; here the instruction is executed again, and its exception is the guest's |
| qXfer:memory-map | it is one map for all processes, outside of which gdb would not even ask |
| fast and static tracepoints, qTMinFTPILen | they need an agent of gdb's in the program; ordinary ones do not stop it either |
| Qbtrace:pt | a processor's compressed form of what Qbtrace:bts has |
`;

// --------------------------------------------------------------------------------------------------------------------------------------
const check = process.argv.includes("--check");
for (const [name, text] of [
  ["OPCODES.md", opcodes()],
  ["CONFORMANCE.md", conformance()],
  ["PACKETS.md", packetDocument()],
]) {
  const path = new URL(`../docs/${name}`, import.meta.url);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`docs/${name} is out of date: npm run docs`);
    process.exit(1);
  }
}
