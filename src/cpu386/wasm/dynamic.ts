/**
 * The dynamic back end: operands are read from the decoded record, registers and flags live in memory. It makes the cold tier. Here are the
 * handlers that belong to no definition.
 */
import type { Emitter } from "../emitter.js";
import { REASON } from "../jit/locals.js";
import {
  BUDGET,
  CONTEXT,
  EIP,
  GATE,
  GATE_BYTES,
  GATES,
  GATES_CLOSED,
  HOT,
  LAST_EXIT,
  LAST_EXIT_CONTEXT,
  R,
  RECORD_BYTES,
  REGION_EXITS,
  REGION_HANDLER,
} from "../layout.js";
import { access, call, i32Const, localGet, localSet, localTee, OP, unsignedLeb } from "./binary.js";
import { EXIT, FIRST_TEMPORARY, HANDLER_LOCAL, importIndex, RECORD_LOCAL } from "./imports.js";
import { Transfers } from "./transfers.js";

export class DynamicEmitter extends Transfers implements Emitter {
  /** Whether control cannot fall out of what has been emitted at top level. */
  get hasEnded(): boolean {
    return this.ended;
  }

  /** How many 32-bit temporaries it has used. */
  get temporaries(): number {
    return this.nextTemporary - FIRST_TEMPORARY;
  }

  /** The next record of the block. */
  fallThrough(): void {
    this.put(localGet(RECORD_LOCAL), i32Const(RECORD_BYTES), [OP.i32Add], localSet(RECORD_LOCAL));
    this.dispatch();
  }
  /** Leaves before this instruction, giving back what its block had taken off the budget for it and the rest. */
  leaveHere(reason: number): void {
    this.giveBack();
    this.setWord(EIP, this.field(R.ip));
    this.exit(reason);
  }
  /** A breakpoint: stops before the instruction, or goes on with it, as whoever set it decides. */
  askPoint(): void {
    this.put(localGet(RECORD_LOCAL), call(importIndex("point")), localTee(HANDLER_LOCAL), i32Const(0), [OP.i32LtS]);
    this.whenTrue(() => this.leaveHere(EXIT.breakpoint));
    this.toHandler();
  }
  private giveBack(): void {
    this.setWord(BUDGET, this.add(this.word(BUDGET), this.field(R.remaining)));
  }
  /** The bytes under this record have changed: look the instruction up anew. */
  redirect(): void {
    this.giveBack();
    this.jumpTo(this.field(R.ip));
  }
  /** Into a region, by the record's gates; see jit/. `type`: that of a region's function. */
  enterRegion(type: number): void {
    const gate = this.temporary();
    const reason = this.temporary();
    const before = this.temporary();
    this.put(localGet(HANDLER_LOCAL), i32Const(REGION_HANDLER), [OP.i32Sub], localSet(gate));
    this.put(this.word(GATES_CLOSED).code);
    this.whenTrue(() => {
      this.put(
        localGet(gate),
        i32Const(Math.log2(GATE_BYTES)),
        [OP.i32Shl],
        access(OP.i32Load, GATES + GATE.original),
        localSet(HANDLER_LOCAL),
      );
      this.toHandler();
    });
    this.giveBack();
    this.put(this.word(BUDGET).code, localSet(before));
    this.put([OP.loop, OP.void]);
    const of = (field: number): number[] => [
      ...[...localGet(gate), ...i32Const(Math.log2(GATE_BYTES)), OP.i32Shl],
      ...access(OP.i32Load, GATES + field),
    ];
    this.put(of(GATE.entry), of(GATE.function), [OP.callIndirect, ...unsignedLeb(type), 0], localTee(reason));
    this.put(i32Const(REASON.mismatch), [OP.i32Eq, OP.if, OP.void], of(GATE.next), localTee(gate), [OP.brIf, 1]);
    this.setWord(EIP, this.field(R.ip));
    this.exit(EXIT.mismatch);
    this.put([OP.end, OP.end]);
    this.count(before, reason);
    this.put(localGet(reason), i32Const(REASON.short), [OP.i32Eq]);
    this.whenTrue(() => {
      this.setWord(GATES_CLOSED, this.constant(1));
      this.jumpTo(this.word(EIP));
    });
    this.put(localGet(reason), [OP.i32Eqz, OP.if, OP.void]);
    this.nesting++;
    this.setWord(LAST_EXIT, this.word(EIP));
    this.setWord(LAST_EXIT_CONTEXT, this.word(CONTEXT));
    this.jumpTo(this.word(EIP));
    this.nesting--;
    this.put([OP.end], localGet(reason), i32Const(REASON.side), [OP.i32Eq, OP.if, OP.void]);
    this.exit(EXIT.side);
    this.put([OP.end]);
    this.exit(EXIT.stop);
  }
  /** Statistics: instructions executed and the reason of the return. */
  private count(before: number, reason: number): void {
    this.put(i32Const(0), i32Const(0), access(OP.i64Load, HOT), localGet(before), this.word(BUDGET).code);
    this.put([OP.i32Sub, OP.i64ExtendI32U, OP.i64Add], access(OP.i64Store, HOT));
    const counter = [...localGet(reason), ...i32Const(2), OP.i32Shl];
    this.put(counter, counter, access(OP.i32Load, REGION_EXITS), i32Const(1), [OP.i32Add], access(OP.i32Store, REGION_EXITS));
  }
  callHelper(): void {
    this.put(localGet(RECORD_LOCAL), call(importIndex("helper")));
    this.fallThrough();
  }
}
