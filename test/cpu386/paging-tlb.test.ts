/** What the TLB keeps and what it forgets, for data (SDM volume 3, 4.10) and for code that has been decoded. */
import { describe, expect, test } from "vitest";
import * as L from "../../src/cpu386/layout.js";
import { absolute, codeOf, DATA, little, STACK } from "./machine.js";
import { HIGH, INVLPG, OPEN, PAGE, PagedMachine, PGE, PSE, RELOAD_CR3, storeConstant, WP } from "./paged-machine.js";

const OTHER = 0x60000;

/** HIGH leads to DATA, which holds 1, and the TLB knows; then its entry leads to OTHER, which holds 2. */
function remapped(m = new PagedMachine(), bits: number = OPEN): PagedMachine {
  m.dword(DATA, 1);
  m.dword(OTHER, 2);
  m.map(HIGH, DATA, bits);
  m.read(HIGH);
  m.map(HIGH, OTHER, bits);
  return m;
}
const value = (m: PagedMachine, at = HIGH): number => {
  expect(m.read(at)).toBe("none");
  return m.get(L.EAX);
};
function program(m: PagedMachine, ...bytes: number[]): void {
  m.code([...bytes, 0xf4]);
  m.run(1000);
  m.p.halted = false;
}

describe("a changed entry", () => {
  test("is not seen while the TLB has the old one", () => expect(value(remapped())).toBe(1));
  test("is not seen by operations in TypeScript either: fild and fistp", () => {
    const m = new PagedMachine();
    m.set(L.EAX, 7);
    m.write(HIGH);
    m.unmap(HIGH);
    expect(m.attempt(0xdb, ...absolute(0, HIGH))).toBe("none");
    expect(m.attempt(0xdb, ...absolute(3, HIGH + 4))).toBe("none");
    expect([m.dword(DATA), m.dword(DATA + 4)]).toEqual([7, 7]);
  });
  test("is not seen by an access to two pages that the TLB has", () => {
    const m = remapped();
    m.map(HIGH + 0x1000, DATA + 0x1000);
    m.read(HIGH + 0x1000);
    m.unmap(HIGH + 0x1000);
    m.dword(DATA + 0xffc, 0x12340000);
    m.dword(DATA + 0x1000, 0x5678);
    expect(value(m, HIGH + 0xffe)).toBe(0x56781234);
  });
  test("is seen after invlpg", () => {
    const m = remapped();
    m.attempt(...INVLPG(HIGH + 0xabc));
    expect(value(m)).toBe(2);
  });
  test("is not seen after invlpg of another page", () => {
    const m = remapped();
    m.attempt(...INVLPG(HIGH + 0x1000));
    expect(value(m)).toBe(1);
  });
  test("is seen after a load of CR3", () => {
    const m = remapped();
    program(m, ...RELOAD_CR3);
    expect(value(m)).toBe(2);
  });
  test("is seen at once where no page was mapped before", () => {
    const m = new PagedMachine();
    m.unmap(HIGH);
    expect(m.read(HIGH)).toBe("#PF(0)");
    m.map(HIGH, DATA);
    expect(m.read(HIGH)).toBe("none");
  });
  test("is seen after a page fault there: a handler that copies on write needs no invlpg", () => {
    const m = new PagedMachine(0, WP);
    remapped(m, PAGE.present);
    expect(m.write(HIGH)).toBe("#PF(3)");
    expect(value(m)).toBe(2);
  });
  test("that takes rights away is seen after invlpg", () => {
    const m = new PagedMachine(3);
    m.write(HIGH);
    m.map(HIGH, DATA, PAGE.present | PAGE.user);
    expect(m.write(HIGH)).toBe("none");
    m.p.paging.invalidate(HIGH as never);
    expect(m.write(HIGH)).toBe("#PF(7)");
  });
  test("is seen after CR0.WP has changed", () => {
    const m = new PagedMachine();
    m.map(HIGH, DATA, PAGE.present);
    expect(m.write(HIGH)).toBe("none");
    // mov eax, cr0; bts eax, 16; mov cr0, eax
    program(m, 0x0f, 0x20, 0xc0, 0x0f, 0xba, 0xe8, 16, 0x0f, 0x22, 0xc0);
    expect(m.write(HIGH)).toBe("#PF(3)");
  });
});

describe("invlpg", () => {
  test("needs CPL 0", () => expect(new PagedMachine(3).attempt(...INVLPG(HIGH))).toBe("#GP(0)"));
  test("of an address that is mapped nowhere is no fault", () => expect(new PagedMachine().attempt(...INVLPG(0x7ffff000))).toBe("none"));
  test("forgets all of a 4 MB page, even if the directory has lost it", () => {
    const m = new PagedMachine(0, 0, PSE);
    m.dword(m.pde(HIGH), PAGE.large | OPEN);
    m.read(HIGH + DATA);
    m.dword(m.pde(HIGH), 0);
    expect(m.read(HIGH + DATA)).toBe("none");
    m.attempt(...INVLPG(HIGH));
    expect(m.read(HIGH + DATA)).toBe("#PF(0)");
  });
});

describe("a global page", () => {
  const GLOBAL = OPEN | PAGE.global;
  test("outlives a load of CR3 with CR4.PGE", () => {
    const m = remapped(new PagedMachine(0, 0, PGE), GLOBAL);
    program(m, ...RELOAD_CR3);
    expect(value(m)).toBe(1);
  });
  test("does not without it", () => {
    const m = remapped(new PagedMachine(), GLOBAL);
    program(m, ...RELOAD_CR3);
    expect(value(m)).toBe(2);
  });
  test("does not outlive invlpg", () => {
    const m = remapped(new PagedMachine(0, 0, PGE), GLOBAL);
    m.attempt(...INVLPG(HIGH));
    expect(value(m)).toBe(2);
  });
  test("does not outlive a change of CR4", () => {
    const m = remapped(new PagedMachine(0, 0, PGE), GLOBAL);
    // xor eax, eax; mov cr4, eax
    program(m, 0x31, 0xc0, 0x0f, 0x22, 0xe0);
    expect(value(m)).toBe(2);
  });
  test("that is global no more is forgotten like others", () => {
    const m = remapped(new PagedMachine(0, 0, PGE), GLOBAL);
    m.map(HIGH, DATA);
    m.attempt(...INVLPG(HIGH));
    m.read(HIGH);
    m.map(HIGH, OTHER);
    program(m, ...RELOAD_CR3);
    expect(value(m)).toBe(2);
  });
});

describe("a state that is saved and loaded", () => {
  const back = (m: PagedMachine, between: (m: PagedMachine) => void): PagedMachine => {
    const state = m.cpu.save();
    between(m);
    m.cpu.load(state);
    return m;
  };
  test("has what the TLB had, whatever came between", () => {
    expect(value(back(remapped(), (m) => m.flush()))).toBe(1);
  });
  test("has nothing that the TLB did not have", () => {
    const m = new PagedMachine();
    back(m, () => m.read(HIGH));
    m.unmap(HIGH);
    expect(m.read(HIGH)).toBe("#PF(0)");
  });
  test.each([
    ["leads out of RAM", [HIGH >>> 12, ...new Array<number>(4).fill(0x70000001)]],
    ["is of no page", [-1 << 21, 1, 1, 1, 1]],
    ["is not whole", [HIGH >>> 12, 1]],
  ])("has no entry that %s", (_, pages) => {
    const m = new PagedMachine();
    m.cpu.load({ ...m.cpu.save(), tlb: { pages: Int32Array.from(pages), large: [] } });
    expect(m.p.paging.save().pages).toHaveLength(0);
    m.unmap(HIGH);
    expect(m.read(HIGH)).toBe("#PF(0)");
  });
  test("knows which pages are global", () => {
    const m = back(remapped(new PagedMachine(0, 0, PGE), OPEN | PAGE.global), (m) => m.flush());
    program(m, ...RELOAD_CR3);
    expect(value(m)).toBe(1);
  });
  test("knows which pages are parts of one of 4 MB", () => {
    const m = new PagedMachine(0, 0, PSE);
    m.dword(m.pde(HIGH), PAGE.large | OPEN);
    m.read(HIGH + DATA);
    m.dword(m.pde(HIGH), 0);
    back(m, () => m.flush());
    expect(m.read(HIGH + DATA)).toBe("none");
    m.attempt(...INVLPG(HIGH));
    expect(m.read(HIGH + DATA)).toBe("#PF(0)");
  });
});

test("slow accesses to one page do not make the flush list grow", () => {
  const m = new PagedMachine();
  // mov eax, [HIGH + 0xffe] in a loop of 100: it crosses pages, so it always takes the slow path
  m.map(HIGH + 0x1000, OTHER);
  m.set(L.ECX, 100);
  program(m, 0x8b, 0x05, ...little(HIGH + 0xffe, 4), 0xe2, 0xf8);
  expect(m.get(L.ECX)).toBe(0);
  expect((m.p.paging as unknown as { entered: number[] }).entered.length).toBeLessThan(10);
});

describe("decoded code", () => {
  /** mov eax, n; ret */
  const returning = (n: number): number[] => [0xb8, ...little(n, 4), 0xc3];
  /** mov edx, at; call edx */
  const call = (at: number): number[] => [0xba, ...little(at, 4), 0xff, 0xd2];
  const twoPages = (ring = 0): PagedMachine => {
    const m = new PagedMachine(ring);
    m.poke(DATA, returning(1));
    m.poke(OTHER, returning(2));
    return m;
  };
  /** mov esi, eax */
  const KEEP = [0x89, 0xc6];

  test("is left for the page that its entry leads to now", () => {
    const m = twoPages();
    program(m, ...call(HIGH), ...KEEP, ...storeConstant(m.pte(HIGH), OTHER | OPEN), ...INVLPG(HIGH), ...call(HIGH));
    expect([m.get(L.ESI), m.get(L.EAX)]).toEqual([1, 2]);
  });
  test("is left for that of another page directory", () => {
    const m = twoPages();
    const second = 0x90000;
    m.poke(
      second,
      Array.from({ length: 4096 }, (_, n) => m.byte(0x80000 + n)),
    );
    m.dword(second + (HIGH >>> 22) * 4, 0x91000 | OPEN);
    m.dword(0x91000, OTHER | OPEN);
    const load = (cr3: number): number[] => [0xb8, ...little(cr3, 4), 0x0f, 0x22, 0xd8];
    program(m, ...call(HIGH), ...KEEP, ...load(second), ...call(HIGH), 0x89, 0xc7, ...load(0x80000), ...call(HIGH));
    expect([m.get(L.ESI), m.get(L.EDI), m.get(L.EAX)]).toEqual([1, 2, 1]);
  });
  test("is left when CR4.PSE gives the directory entry another meaning", () => {
    const m = twoPages();
    // As a table it leads to OTHER; as a page of 4 MB to DATA, where the table's own address says 0.
    m.dword(m.pde(HIGH), m.dword(m.pde(HIGH)) | PAGE.large);
    const at = HIGH + DATA;
    m.map(at, OTHER);
    // mov eax, 0x10; mov cr4, eax
    program(m, ...call(at), ...KEEP, 0xb8, ...little(PSE, 4), 0x0f, 0x22, 0xe0, ...call(at));
    expect([m.get(L.ESI), m.get(L.EAX)]).toEqual([2, 1]);
  });
  test("changes under all of its linear addresses, whichever it is written through", () => {
    const m = twoPages();
    const alias = HIGH + 0x1000;
    m.map(alias, DATA);
    program(m, ...call(HIGH), ...KEEP, ...storeConstant(alias + 1, 7), ...call(HIGH));
    expect([m.get(L.ESI), m.get(L.EAX)]).toEqual([1, 7]);
    program(m, ...call(alias), ...KEEP, ...storeConstant(DATA + 1, 9), ...call(alias));
    expect([m.get(L.ESI), m.get(L.EAX)]).toEqual([7, 9]);
  });
  test("that was the user's is fetched anew with the supervisor's rights, and the other way round", () => {
    const m = twoPages(0);
    m.map(HIGH, DATA, PAGE.present);
    program(m, ...call(HIGH));
    expect(m.get(L.EAX)).toBe(1);
    m.ring(3);
    m.set(L.ESP, STACK);
    m.set(L.EDX, HIGH);
    m.attempt(0xff, 0xd2);
    expect([m.step(), m.selector(1)]).toEqual(["#PF(5)", codeOf(0)]);
  });
  test("of an instruction in two pages follows its second page", () => {
    const m = new PagedMachine();
    m.map(HIGH + 0x1000, OTHER);
    // mov eax, imm32 begins three bytes before the page's end
    m.poke(DATA + 0xffd, [0xb8, 1, 0]);
    m.poke(OTHER, [0, 0, 0xc3]);
    m.poke(OTHER + 0x1000, [0, 1, 0xc3]);
    const at = HIGH + 0xffd;
    program(
      m,
      ...call(at),
      ...KEEP,
      ...storeConstant(m.pte(HIGH + 0x1000), (OTHER + 0x1000) | OPEN),
      ...INVLPG(HIGH + 0x1000),
      ...call(at),
    );
    expect([m.get(L.ESI), m.get(L.EAX)]).toEqual([1, 0x1000001]);
  });
});
