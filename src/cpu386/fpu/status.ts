/** Bits of the x87's status word (SDM volume 1, 8.1.3). */
export const STATUS = { C0: 1 << 8, C1: 1 << 9, C2: 1 << 10, top: 7 << 11, C3: 1 << 14, busy: 1 << 15, summary: 1 << 7 } as const;
