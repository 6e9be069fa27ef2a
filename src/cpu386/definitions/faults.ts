/** Which exceptions an encoding can meet: by its operands, and by what its definition adds (SDM volume 2, the tables of each instruction). */
import { type Form, isModRmOperand } from "./table.js";

const MNEMONICS = ["DE", "DB", "BP", "OF", "BR", "UD", "NM", "TS", "NP", "SS", "GP", "PF", "MF", "AC"] as const;
export type FaultName = (typeof MNEMONICS)[number];

const isX87 = (form: Form): boolean => !form.twoByte && (form.opcode & 0xf8) === 0xd8;
const branches = (form: Form): boolean => form.operands.some((code) => code[0] === "J");
/** Its memory operand is given by modrm, by an offset in the instruction, or by SI and DI. */
const hasMemory = (form: Form): boolean =>
  form.operands.some((code) => (isModRmOperand(code) && "EM".includes(code[0]!)) || code[0] === "O") ||
  (form.definition.addressed === true && !branches(form));

/**
 * In the order of their vectors. Left out: what any instruction can meet in being fetched, #UD of a LOCK prefix that is not allowed, of a
 * register where only memory will do, and of a processor that does not have the instruction.
 */
export function faultsOf(form: Form): FaultName[] {
  const { definition } = form;
  const found = new Set((definition.faults ?? "").split(" "));
  const add = (...names: FaultName[]): void => {
    for (const name of names) found.add(name);
  };
  if (hasMemory(form)) add("GP", "SS", "PF", "AC");
  if (definition.stack) add("SS", "PF", "AC");
  if (definition.ends || branches(form)) add("GP");
  if (isX87(form)) add("NM", ...(/^fn(?!op)/.test(definition.name) ? [] : (["MF"] as const)));
  return MNEMONICS.filter((name) => found.has(name));
}
