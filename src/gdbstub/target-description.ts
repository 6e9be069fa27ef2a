/** The target description (GDB manual, "Target Descriptions"): target.xml with the features of register-layout.ts. */
import type { RegisterInfo, Registers } from "../debug/target.js";
import { CORE, FIRST_SYSTEM_NUMBER, ORIG_EAX, type RegisterSlot, SSE, systemSlots } from "./register-layout.js";
import { attributes } from "./xml.js";

const SYSTEM_GROUP = "system";

type Bits = readonly (readonly [name: string, bit: number])[];

interface FlagsType {
  readonly bytes: number;
  readonly bits: Bits;
}

/** Flag types by name (Intel SDM volume 3, "System Flags and Fields in the EFLAGS Register" and "Control Registers"). */
const FLAGS: Readonly<Record<string, FlagsType>> = {
  i386_eflags: {
    bytes: 4,
    bits: [
      ["CF", 0],
      ["", 1],
      ["PF", 2],
      ["AF", 4],
      ["ZF", 6],
      ["SF", 7],
      ["TF", 8],
      ["IF", 9],
      ["DF", 10],
      ["OF", 11],
      ["NT", 14],
      ["RF", 16],
      ["VM", 17],
      ["AC", 18],
      ["VIF", 19],
      ["VIP", 20],
      ["ID", 21],
    ],
  },
  i386_mxcsr: {
    bytes: 4,
    bits: ["IE", "DE", "ZE", "OE", "UE", "PE", "DAZ", "IM", "DM", "ZM", "OM", "UM", "PM"].map((name, bit) => [name, bit] as const),
  },
  i386_cr0: {
    bytes: 4,
    bits: [
      ["PE", 0],
      ["MP", 1],
      ["EM", 2],
      ["TS", 3],
      ["ET", 4],
      ["NE", 5],
      ["WP", 16],
      ["AM", 18],
      ["NW", 29],
      ["CD", 30],
      ["PG", 31],
    ],
  },
};

/** The bytes of the types gdb knows without a definition ("Predefined Target Types"), "int" being of the size of its register. */
const PREDEFINED: Readonly<Record<string, number>> = {
  ...Object.fromEntries([1, 2, 4, 8, 16].flatMap((bytes) => [`int${bytes * 8}`, `uint${bytes * 8}`].map((name) => [name, bytes]))),
  int: 4,
  code_ptr: 4,
  data_ptr: 4,
};

const flagsXml = (id: string, { bytes, bits }: FlagsType): string =>
  `<flags id="${id}" size="${bytes}">${bits.map(([name, bit]) => `<field${attributes({ name, start: bit, end: bit })}/>`).join("")}</flags>`;

const XMM_UNION =
  '<vector id="v4f" type="ieee_single" count="4"/><vector id="v2d" type="ieee_double" count="2"/><vector id="v16i8" type="int8" count="16"/>' +
  '<vector id="v8i16" type="int16" count="8"/><vector id="v4i32" type="int32" count="4"/><vector id="v2i64" type="int64" count="2"/>' +
  '<union id="vec128"><field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/><field name="v16_int8" type="v16i8"/>' +
  '<field name="v8_int16" type="v8i16"/><field name="v4_int32" type="v4i32"/><field name="v2_int64" type="v2i64"/><field name="uint128" type="uint128"/></union>';

const registerXml = ({ name, number, bytes }: RegisterSlot, type: string, group?: string): string => {
  // gdb saves registers before a call of its own and writes them back; those of the system are not the function's.
  const kept = group === SYSTEM_GROUP && number >= FIRST_SYSTEM_NUMBER ? { "save-restore": "no" } : {};
  return `<reg${attributes({ name, bitsize: bytes * 8, type, regnum: number, ...(group === undefined ? {} : { group }), ...kept })}/>`;
};

const coreType = ({ name }: RegisterSlot): string => {
  if (name.startsWith("st")) return "i387_ext";
  if (name === "eip") return "code_ptr";
  if (name === "esp" || name === "ebp") return "data_ptr";
  return name === "eflags" ? "i386_eflags" : "int";
};

const coreGroup = ({ number, name }: RegisterSlot): string | undefined => (number >= 24 && !name.startsWith("st") ? "float" : undefined);

/** A type that gdb does not know, or of another size, would make it reject the whole description: it becomes a plain number. */
const systemType = ({ type }: RegisterInfo, { bytes }: RegisterSlot): string => {
  const size = FLAGS[type]?.bytes ?? PREDEFINED[type];
  return size === bytes ? type : `uint${bytes * 8}`;
};

const feature = (name: string, content: readonly string[]): string => `<feature name="${name}">\n${content.join("\n")}\n</feature>\n`;

const systemFeature = (registers: Registers): string => {
  const { system } = registers;
  if (system.length === 0) return "";
  const slots = systemSlots(registers);
  const types = new Set(system.map((info, i) => systemType(info, slots[i])));
  const flags = Object.entries(FLAGS).filter(([id]) => types.has(id));
  return feature("org.pok386.system", [
    ...flags.map(([id, type]) => flagsXml(id, type)),
    ...system.map((info, i) => registerXml(slots[i], systemType(info, slots[i]), info.group)),
  ]);
};

/** With "i8086" gdb disassembles 16-bit code, and the user may "set architecture i386"; the other way round gdb does not let him. */
export const targetDescription = (registers: Registers, architecture: "i386" | "i8086" = "i386"): string =>
  `<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "gdb-target.dtd">\n<target version="1.0">\n<architecture>${architecture}</architecture>\n` +
  // An i386 core without its x87 registers is refused by gdb: "Architecture rejected target-supplied description".
  feature("org.gnu.gdb.i386.core", [
    flagsXml("i386_eflags", FLAGS.i386_eflags),
    ...CORE.map((slot) => registerXml(slot, coreType(slot), coreGroup(slot))),
  ]) +
  feature("org.gnu.gdb.i386.sse", [
    XMM_UNION,
    flagsXml("i386_mxcsr", FLAGS.i386_mxcsr),
    ...SSE.map((slot) => (slot.name === "mxcsr" ? registerXml(slot, "i386_mxcsr", "vector") : registerXml(slot, "vec128"))),
  ]) +
  feature("org.gnu.gdb.i386.linux", [registerXml(ORIG_EAX, "int", "system")]) +
  systemFeature(registers) +
  "</target>\n";
