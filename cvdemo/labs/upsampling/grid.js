// Grids of numbers: editable ones of inputs, and read ones whose cells are pointed at.
// uses lib/dom lib/pointer lib/numbers

// At most so many digits behind the point, with a minus as wide as a digit.
function tidy(v, digits = 4) {
  return typeset(String(Math.round(v * 10 ** digits) / 10 ** digits));
}

// As many digits as a cell of so many columns has room for.
function short(v, columns) {
  if (columns <= 4) return tidy(v);
  return tidy(v, columns <= 12 ? (Math.abs(v) < 100 ? 2 : 1) : (Math.abs(v) < 10 ? 1 : 0));
}

// Paper for a value: blue above 0, orange below, the stronger the farther.
function tint(v, most) {
  const share = most ? Math.round(50 * Math.min(1, Math.abs(v) / most)) : 0;
  return v ? `color-mix(in srgb, ${v > 0 ? '#56b4e9' : '#e69f00'} ${share}%, transparent)` : 'transparent';
}

// A grid in `place`: `show(values, lit, pointed)` with lit a Map from "row,column" to a colour, pointed one such
// place. `edit(values)` makes the cells inputs and hears of every number, `changed(values)` once one is left,
// `point(row, column)` of the cell under pointer or focus.
function buildGrid(place, { name, edit, changed, point }) {
  let size = '', cells = [], values = [];
  const at = (i, j) => cells[i]?.[j];
  const go = (i, j) => { at(i, j)?.focus(); at(i, j)?.select?.(); };
  function rebuild(rows, columns) {
    place.style.setProperty('--columns', columns);
    place.style.setProperty('--cell', columns > 12 ? '1.75rem' : columns > 7 ? '2.25rem' : columns > 5 ? '2.45rem' : 'var(--wide)');
    place.setAttribute('role', 'grid');
    place.setAttribute('aria-label', name);
    cells = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => buildCell(i, j)));
    place.replaceChildren(...cells.map((line) => element('div', { role: 'row' }, ...line)));
  }
  function buildCell(i, j) {
    const cell = element(edit ? 'input' : 'span', { role: 'gridcell', ariaLabel: `${name} row ${i + 1} column ${j + 1}` });
    if (edit) { cell.inputMode = 'decimal'; cell.spellcheck = false; cell.autocomplete = 'off'; } else cell.tabIndex = i + j ? -1 : 0;
    cell.onpointerenter = cell.onfocus = (e) => {
      if (edit && e.type === 'focus') { cell.value = tidy(values[i][j]); cell.select(); }
      if (!edit && e.type === 'focus') cells.flat().forEach((c) => { c.tabIndex = c === cell ? 0 : -1; });
      point?.(i, j);
    };
    cell.onkeydown = (e) => {
      const [right, down] = e.key === 'Enter' ? [0, 1] : arrowOf(e) ?? [];
      if (right === undefined) return;
      if (edit && right && insideNumber(cell, right)) return;
      if (e.key === 'Enter' && !at(i + 1, j)) cell.blur();
      go(i + down, j + right);
      e.preventDefault();
    };
    if (edit) {
      cell.oninput = () => {
        const v = numberOf(cell.value);
        cell.classList.toggle('odd', v === null);
        if (v === null) return;
        values = values.map((line, r) => line.map((old, c) => (r === i && c === j ? v : old)));
        edit(values);
      };
      cell.onchange = () => changed(values);
      cell.onblur = () => { cell.classList.remove('odd'); cell.value = short(values[i][j], values[0].length); };
    }
    return cell;
  }
  return {
    show(next, lit = new Map(), pointed = '') {
      values = next;
      const most = Math.max(...next.flat().map(Math.abs));
      const now = `${next.length},${next[0].length}`;
      if (now !== size) { rebuild(next.length, next[0].length); size = now; }
      next.forEach((line, i) => line.forEach((v, j) => {
        const cell = at(i, j), text = short(v, line.length), colour = lit.get(`${i},${j}`);
        if (!edit) cell.textContent = text;
        else if (cell.getRootNode().activeElement !== cell) cell.value = text;
        cell.style.background = tint(v, most);
        cell.classList.toggle('zero', v === 0);
        cell.classList.toggle('lit', Boolean(colour));
        cell.classList.toggle('pointed', pointed === `${i},${j}`);
        cell.style.setProperty('--lit', colour ?? 'transparent');
      }));
    },
  };
}

// Whether an arrow moves the caret within a number that is being typed.
function insideNumber(cell, way) {
  const { selectionStart: from, selectionEnd: to, value } = cell;
  return to - from < value.length && (way < 0 ? from > 0 : to < value.length);
}

// The number in a cell, null for what is none or too large to be shown; a comma is a point too.
function numberOf(text) {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  const v = plain === '' ? NaN : Number(plain);
  return Number.isFinite(v) && Math.abs(v) <= 1e6 ? v : null;
}
