/** What a section hands back: one table, and what a reader has to know to read it. */
export interface Table {
  title: string;
  head: string[];
  rows: string[][];
  notes: string[];
}

/** The first column is text, the others are figures. */
const formatRow = (cells: string[], widths: number[]): string =>
  cells
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
    .join('  ')
    .trimEnd();

export const printTable = ({ title, head, rows, notes }: Table): void => {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  console.log(`\n${title}\n`);
  for (const row of [head, widths.map((width) => '─'.repeat(width)), ...rows])
    console.log(`  ${formatRow(row, widths)}`);
  console.log('');
  for (const note of notes) console.log(`  ${note}`);
};
