/** Tables for `info os` (GDB manual, "Operating System Information"). */
import type { DebugTarget, InfoTable } from "../debug/target.js";
import { attributes, xmlText } from "./xml.js";

/** "Process list": every client knows this one. */
const processes = (target: DebugTarget): InfoTable => ({
  name: "processes",
  description: "The kernel and the partitions",
  columns: ["pid", "user", "command", "cores"],
  rows: () => target.spaces().map(({ id, name }) => [String(id), id === 1 ? "kernel" : "partition", name, "0"]),
});

const document = (type: string, columns: readonly string[], rows: readonly (readonly string[])[]): string => {
  const items = rows.map(
    (row) => `<item>${columns.map((name, i) => `<column${attributes({ name })}>${xmlText(row[i] ?? "")}</column>`).join("")}</item>\n`,
  );
  return `<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "osdata.dtd">\n<osdata${attributes({ type })}>\n${items.join("")}</osdata>\n`;
};

/** The table of that name, or for no name the table of tables; undefined if there is none. */
export const osdata = (annex: string, target: DebugTarget): string | undefined => {
  const own = target.tables ?? [];
  const tables = own.some(({ name }) => name === "processes") ? own : [processes(target), ...own];
  if (annex === "") {
    return document(
      "types",
      ["Type", "Description", "Title"],
      tables.map(({ name, description }) => [name, description, name]),
    );
  }
  const table = tables.find(({ name }) => name === annex);
  return table && document(table.name, table.columns, table.rows());
};
