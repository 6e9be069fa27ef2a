/** Translation, rights, page faults and accessed and dirty bits: SDM volume 3, 4.3 and 4.6 to 4.8. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { SEGMENT } from "../../src/cpu386/segment.js";
import { absolute, CODE, codeOf, DATA, dataOf, FREE, GDT, gate, HANDLERS, RING0_STACK, STACK, segment, TYPE } from "./machine.js";
import { HIGH, INVLPG, OPEN, PAGE, PagedMachine, PGE, PSE, storeConstant, WP } from "./paged-machine.js";

const bitsOf = (m: PagedMachine, at: number): number => m.dword(at) & (PAGE.accessed | PAGE.dirty);
const A = PAGE.accessed;
const AD = PAGE.accessed | PAGE.dirty;

describe("translation", () => {
  test("of pages mapped to themselves", () => {
    const m = new PagedMachine();
    m.dword(DATA, 0x12345678);
    expect([m.read(DATA), m.get(L.EAX)]).toEqual(["none", 0x12345678]);
  });
  test("of others", () => {
    const m = new PagedMachine();
    m.dword(DATA + 0x124, 0x12345678);
    expect([m.read(HIGH + 0x124), m.get(L.EAX)]).toEqual(["none", 0x12345678]);
  });
  test("of stores", () => {
    const m = new PagedMachine();
    m.set(L.EAX, 0x11223344);
    expect([m.write(HIGH + 8), m.dword(DATA + 8)]).toEqual(["none", 0x11223344]);
  });
  test("of an access in two pages that are not neighbours", () => {
    const m = new PagedMachine();
    m.map(HIGH + 0x1000, 0x60000);
    m.set(L.EAX, 0x11223344);
    expect(m.write(HIGH + 0xffe)).toBe("none");
    expect([m.dword(DATA + 0xffe) & 0xffff, m.dword(0x60000) & 0xffff]).toEqual([0x3344, 0x1122]);
    m.set(L.EAX, 0);
    expect([m.read(HIGH + 0xffe), m.get(L.EAX)]).toEqual(["none", 0x11223344]);
  });
  test("comes behind segmentation", () => {
    const m = new PagedMachine();
    m.dword(DATA + 0x10, 77);
    m.cache(SEGMENT.DS, segment(TYPE.data, { base: HIGH - 0x1000, limit: 0x1fff, pages: false }));
    expect([m.read(0x1010), m.get(L.EAX)]).toEqual(["none", 77]);
  });
  test("is on from the instruction after mov cr0, and off from the one after it", () => {
    const m = new PagedMachine();
    m.set(L.EAX, 0x80000001);
    m.set(L.EBX, 1);
    m.set(L.ECX, 0x80000001);
    m.dword(DATA, 5);
    // mov cr0, ebx; mov cr0, ecx; mov edx, [HIGH]; mov cr0, ebx; mov esi, [DATA]; hlt
    m.code([0x0f, 0x22, 0xc3, 0x0f, 0x22, 0xc1, 0x8b, ...absolute(2, HIGH), 0x0f, 0x22, 0xc3, 0x8b, ...absolute(6, DATA), 0xf4]);
    expect(m.run(100).kind).toBe("halted");
    expect([m.get(L.EDX), m.get(L.ESI), m.p.faults]).toEqual([5, 5, []]);
  });
  test("of 4 MB by a directory entry, where CR4.PSE is set", () => {
    const m = new PagedMachine(0, 0, PSE);
    m.dword(m.pde(HIGH), 0x00000000 | PAGE.large | OPEN);
    m.dword(0x5123c, 99);
    expect([m.read(HIGH + 0x5123c), m.get(L.EAX)]).toEqual(["none", 99]);
  });
  test("takes no notice of the size bit where CR4.PSE is clear", () => {
    const m = new PagedMachine();
    m.dword(m.pde(HIGH), m.dword(m.pde(HIGH)) | PAGE.large);
    m.dword(DATA, 99);
    expect([m.read(HIGH), m.get(L.EAX)]).toEqual(["none", 99]);
  });
});

describe("a page fault", () => {
  const missing = (ring: number, where: "pde" | "pte"): PagedMachine => {
    const m = new PagedMachine(ring);
    m.dword(m[where](HIGH), 0);
    return m;
  };
  describe.each(["pde", "pte"] as const)("for want of a %s", (where) => {
    test.each([
      ["read", 0, "#PF(0)"],
      ["write", 0, "#PF(2)"],
      ["jump", 0, "#PF(0)"],
      ["read", 3, "#PF(4)"],
      ["write", 3, "#PF(6)"],
      ["jump", 3, "#PF(4)"],
    ] as const)("of a %s at CPL %i", (access, ring, expected) => {
      const m = missing(ring, where);
      expect([m[access](HIGH + 0x123), m.cr2]).toEqual([expected, HIGH + 0x123]);
    });
  });
  test("of CPL 1 and 2 is the supervisor's", () => {
    for (const ring of [1, 2]) expect(missing(ring, "pte").read(HIGH)).toBe("#PF(0)");
  });
  test("pushes its error code and saves the instruction's own EIP", () => {
    const m = missing(0, "pte");
    m.write(HIGH);
    expect([m.stack(2), m.eip]).toEqual([[2, CODE], HANDLERS + 14]);
  });
  test("that is not one leaves CR2 alone", () => {
    const m = missing(0, "pte");
    m.set(L.CR2, 0x77);
    m.read(DATA);
    expect(m.cr2).toBe(0x77);
  });

  const rights = (ring: number, pde: number, pte: number, access: "read" | "write" | "jump", cr0 = 0): string => {
    const m = new PagedMachine(ring, cr0);
    m.poke(DATA, [0x90]);
    m.dword(m.pte(HIGH), DATA | pte);
    m.dword(m.pde(HIGH), (m.dword(m.pde(HIGH)) & ~7) | pde);
    return m[access](HIGH);
  };
  const [P, RW, US] = [PAGE.present, PAGE.writable, PAGE.user];
  test.each([
    ["pde", P | RW, OPEN],
    ["pte", OPEN, P | RW],
  ])("by U/S = 0 in the %s: of CPL 3 only", (_where, pde, pte) => {
    expect((["read", "write", "jump"] as const).map((access) => rights(3, pde, pte, access))).toEqual(["#PF(5)", "#PF(7)", "#PF(5)"]);
    expect((["read", "write", "jump"] as const).map((access) => rights(0, pde, pte, access))).toEqual(["none", "none", "none"]);
  });
  test.each([
    ["pde", P | US, OPEN],
    ["pte", OPEN, P | US],
  ])("by R/W = 0 in the %s: of CPL 3, and of the supervisor under CR0.WP", (_where, pde, pte) => {
    expect((["read", "write", "jump"] as const).map((access) => rights(3, pde, pte, access))).toEqual(["none", "#PF(7)", "none"]);
    expect(rights(0, pde, pte, "write")).toBe("none");
    expect(rights(0, pde, pte, "write", WP)).toBe("#PF(3)");
    expect(rights(0, pde, pte, "read", WP)).toBe("none");
  });
  test("by rights of a 4 MB page", () => {
    const m = new PagedMachine(3, 0, PSE);
    m.dword(m.pde(HIGH), PAGE.large | P | US);
    expect([m.read(HIGH + DATA), m.write(HIGH + DATA)]).toEqual(["none", "#PF(7)"]);
  });
});

describe("accessed and dirty bits", () => {
  const used = (run: (m: PagedMachine) => string, m = new PagedMachine()): [string, number, number] => [
    run(m),
    bitsOf(m, m.pde(HIGH)),
    bitsOf(m, m.pte(HIGH)),
  ];
  test("are clear before the first use", () => expect(used((m) => m.read(DATA))).toEqual(["none", 0, 0]));
  test("a read sets A at both levels", () => expect(used((m) => m.read(HIGH))).toEqual(["none", A, A]));
  test("a fetch does too", () => {
    const m = new PagedMachine();
    m.poke(DATA, [0x90]);
    expect(used((x) => x.jump(HIGH), m)).toEqual(["none", A, A]);
  });
  test("a write sets D of the page's own entry as well", () => expect(used((m) => m.write(HIGH))).toEqual(["none", A, AD]));
  test("a write behind a read sets D", () => {
    const m = new PagedMachine();
    m.read(HIGH);
    expect(used((x) => x.write(HIGH), m)).toEqual(["none", A, AD]);
  });
  test("an instruction that reads and writes sets D", () => {
    expect(used((m) => m.attempt(0xff, ...absolute(0, HIGH)))).toEqual(["none", A, AD]);
  });
  test("a refused access sets none in the entry that refuses", () => {
    for (const access of ["read", "write", "jump"] as const) {
      const m = new PagedMachine(3);
      m.map(HIGH, DATA, PAGE.present);
      expect(used((x) => x[access](HIGH), m)[2]).toBe(0);
    }
  });
  test("a write that crosses into a missing page dirties neither", () => {
    expect(used((m) => m.write(HIGH + 0xffe))).toEqual(["#PF(2)", 0, 0]);
  });
  test("of a 4 MB page lie in the directory", () => {
    const m = new PagedMachine(0, 0, PSE);
    m.dword(m.pde(HIGH), PAGE.large | OPEN);
    m.read(HIGH + DATA);
    expect(bitsOf(m, m.pde(HIGH))).toBe(A);
    m.write(HIGH + DATA);
    expect(bitsOf(m, m.pde(HIGH))).toBe(AD);
  });
  test("a push that does not get as far as its write sets none", () => {
    const m = new PagedMachine(3);
    m.set(L.ESP, HIGH + 0x100);
    // push [HIGH + 0x1000], which is missing
    expect(used((x) => x.attempt(0xff, ...absolute(6, HIGH + 0x1000)), m)).toEqual(["#PF(4)", 0, 0]);
  });
  test("are set anew when the guest has cleared them and the translation", () => {
    const m = new PagedMachine();
    m.write(HIGH);
    m.map(HIGH, DATA);
    m.attempt(...INVLPG(HIGH));
    m.read(HIGH);
    expect(bitsOf(m, m.pte(HIGH))).toBe(A);
    m.write(HIGH);
    expect(bitsOf(m, m.pte(HIGH))).toBe(AD);
  });
  test("of code that runs again after they were cleared", () => {
    const m = new PagedMachine();
    m.poke(DATA, [0x90]);
    m.jump(HIGH);
    m.code(storeConstant(m.pte(HIGH), DATA | OPEN)).step();
    m.jump(HIGH);
    expect(bitsOf(m, m.pte(HIGH))).toBe(A);
  });
});

describe("the processor's own accesses", () => {
  const SUPERVISOR = PAGE.present | PAGE.writable;
  const hidden = (...pages: number[]): PagedMachine => {
    const m = new PagedMachine(3);
    for (const page of pages) m.map(page, page, SUPERVISOR);
    return m;
  };
  test("to descriptor tables are the supervisor's at CPL 3", () => {
    const m = hidden(GDT);
    expect(m.attempt(0x8e, 0xe0)).toBe("none");
    m.set(L.EAX, dataOf(3));
    expect(m.attempt(0x8e, 0xe0)).toBe("none");
    expect(m.selector(SEGMENT.FS)).toBe(dataOf(3));
  });
  test("to the IDT, the TSS and the inner stack are too", () => {
    const m = hidden(0x2000, 0x4000, RING0_STACK - 0x1000);
    m.idt(0x40, gate(TYPE.interruptGate32, codeOf(0), HANDLERS, { dpl: 3 }));
    expect(m.attempt(0xcd, 0x40)).toBe("none");
    expect([m.p.cpl, m.esp]).toEqual([0, RING0_STACK - 20]);
  });
  test("to the I/O permission bitmap are too", () => {
    const m = hidden(0x4000);
    m.dword(0x4000 + 100, 0x60 << 16);
    expect(m.attempt(0xe4, 0)).toBe("none");
  });
  test("raise #PF with U/S = 0 in the error code", () => {
    const m = new PagedMachine(3);
    m.cache(SEGMENT.LDTR, segment(TYPE.ldt, { base: HIGH + 0x5000, limit: 0x1f, wide: false }));
    m.set(L.EAX, 7);
    expect([m.attempt(0x8e, 0xe0), m.cr2]).toEqual(["#PF(0)", HIGH + 0x5000]);
  });
  test("that set a descriptor's accessed bit are writes", () => {
    const m = new PagedMachine(0, WP);
    m.gdt(FREE, segment(TYPE.data, { fresh: true }));
    m.map(GDT, GDT, PAGE.present);
    m.set(L.EAX, FREE);
    expect([m.attempt(0x8e, 0xe0), m.cr2, m.selector(SEGMENT.FS)]).toEqual(["#PF(3)", GDT + FREE + 5, dataOf(0)]);
  });
});

describe("page faults in the delivery of exceptions", () => {
  const chain = (m: PagedMachine): string[] => m.p.faults.map((f) => `${f.vector}(${(f.errorCode ?? 0).toString(16)})`);
  test("a stack that is not there makes a page fault a double fault", () => {
    const m = new PagedMachine(3);
    m.unmap(RING0_STACK - 0x1000);
    m.idt(8, gate(TYPE.taskGate, 0, 0));
    m.read(HIGH + 0x1000);
    expect(chain(m).slice(0, 2)).toEqual(["14(4)", "8(0)"]);
  });
  test("#GP behind #PF is a double fault", () => {
    const m = new PagedMachine();
    m.idt(14, [0, 0]);
    m.read(HIGH + 0x1000);
    expect([chain(m), m.eip]).toEqual([["14(0)", "8(0)"], HANDLERS + 8]);
  });
  test("#PF behind #GP is handled in its turn, and returns to the instruction", () => {
    const m = new PagedMachine();
    m.idt(13, gate(TYPE.interruptGate32, FREE | 4, 0));
    m.cache(SEGMENT.LDTR, segment(TYPE.ldt, { base: HIGH + 0x5000, limit: 0xff, wide: false }));
    m.set(L.EAX, codeOf(0));
    expect(m.attempt(0x8e, 0xd0)).toBe("#GP(10)");
    expect(chain(m)).toEqual(["13(10)", "14(0)"]);
    expect([m.stack(2), m.eip, m.cr2]).toEqual([[0, CODE], HANDLERS + 14, HIGH + 0x5000 + (FREE & ~7)]);
  });
  test("a third one shuts the processor down, everything as before the first", () => {
    const m = new PagedMachine(0, 0, PGE);
    m.unmap(STACK - 0x1000);
    m.flush();
    const before = m.state();
    expect(m.read(HIGH + 0x1000)).toBe("#PF(0)");
    expect([chain(m), m.state()]).toEqual([["14(0)", "8(0)", "14(2)"], before]);
  });
});
