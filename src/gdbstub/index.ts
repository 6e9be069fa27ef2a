/** The GDB stub: a target behind a TCP port. */
import type { Afterwards, DebugTarget } from "../debug/target.js";
import { BranchTraces } from "./branch-traces.js";
import { Session } from "./session.js";
import { Trace } from "./trace.js";
import { TraceExperiment } from "./tracing/experiment.js";
import { Transport } from "./transport.js";

export interface GdbServerOptions {
  readonly host?: string;
  /** 0, the default, lets the system choose; see `address`. */
  readonly port?: number;
  /** What the machine does if a client goes without having let it go ("disconnect" in gdb, or gdb's end); "run" if nothing is said. */
  readonly disconnected?: Afterwards;
  readonly onClient?: (event: "connected" | "gone") => void;
}

export interface GdbServer {
  readonly address: { readonly host: string; readonly port: number };
  /** The last packets in both directions, readable. */
  trace(): readonly string[];
  /** Hangs up and frees the port. */
  close(): Promise<void>;
}

export const startGdbServer = async (target: DebugTarget, options: GdbServerOptions = {}): Promise<GdbServer> => {
  const trace = new Trace();
  const experiment = new TraceExperiment(target);
  const branchTraces = new BranchTraces(target);
  const transport = await Transport.listen({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    connect: (wire) => {
      trace.note("a client has connected");
      const session = new Session(target, wire, trace, experiment, branchTraces, options.disconnected);
      options.onClient?.("connected");
      return {
        receive: (bytes) => session.link.receive(bytes),
        gone: () => {
          trace.note("the client is gone");
          session.gone();
          options.onClient?.("gone");
        },
      };
    },
  });
  return { address: transport.address, trace: () => trace.lines(), close: () => transport.close() };
};
