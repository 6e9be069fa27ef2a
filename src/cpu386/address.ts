/**
 * The three kinds of address an i386 knows, kept apart by the type checker.
 *
 * Intel SDM volume 3, 3.1: an Offset lies within a segment; segmentation turns it into a Linear address; paging turns that into a
 * Physical one. Every debugger stub we looked at mixes them up, which is why they are types here. All are unsigned 32-bit numbers.
 */
export type Offset = number & { readonly __offset: unique symbol };
export type Linear = number & { readonly __linear: unique symbol };
export type Physical = number & { readonly __physical: unique symbol };

/** The only casts from plain numbers: each wraps to 32 bits, as the processor's adders do. */
export const offset = (n: number): Offset => (n >>> 0) as Offset;
export const linear = (n: number): Linear => (n >>> 0) as Linear;
export const physical = (n: number): Physical => (n >>> 0) as Physical;
