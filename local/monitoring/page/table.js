/**
 * @typedef {object} TableRow
 * @property {readonly string[]} cells
 * @property {string} [state]
 */

/**
 * Shows rows below a head, or a sentence where there is none.
 *
 * @param {HTMLTableElement} table
 * @param {readonly string[]} head
 * @param {readonly TableRow[]} rows
 * @param {string} nothing
 */
export function fill(table, head, rows, nothing) {
  if (rows.length === 0) return void table.replaceChildren(row('td', [nothing]));
  table.replaceChildren(
    row('th', head),
    ...rows.map(({ cells, state }) => {
      const made = row('td', cells);
      if (state !== undefined) made.dataset['state'] = state;
      return made;
    }),
  );
}

/**
 * @param {'th' | 'td'} kind
 * @param {readonly string[]} texts
 */
function row(kind, texts) {
  const made = document.createElement('tr');
  const cells = texts.map((text) => {
    const cell = document.createElement(kind);
    cell.textContent = text;
    return cell;
  });
  made.append(...cells);
  return made;
}
