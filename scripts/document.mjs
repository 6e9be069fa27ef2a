/** What generated documents are made of. */
export const number = (n) => n.toLocaleString("en-US");
const row = (cells) => `| ${cells.join(" | ")} |`;
export const table = (head, rows) => [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
