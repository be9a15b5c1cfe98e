// The tables of classes and of objects: pointing at a row lights its objects, a click picks one.
// uses lib/dom lib/numbers lib/said
function showTables(root, lab) {
  const find = (s) => root.querySelector(s), semantic = lab.fields.view === 'semantic';
  find('.tables').hidden = !lab.kept.length;
  find('.none').hidden = !!lab.kept.length;
  find('.none').textContent = lab.fields.none;
  const heads = [said('class'), said('objects'), ...(semantic ? [said('regions')] : []), said('area'), 'of picture'];
  fillTable(find('.classes'), heads, lab.classRows.map((row) => {
    const cells = [row.objects, ...(semantic ? [row.regions] : []), areaText(row.area), percentOf(row.share)];
    return classLine(lab, row, cells);
  }));
  const marks = lab.marks;
  fillTable(find('.objects'), ['', '#', said('score'), 'area, px', ...(marks ? ['mask IoU'] : [])], lab.kept.map((one, k) => {
    const [verdict, iou] = marks?.verdicts[one.row] ?? ['', 0];
    const found = element('span', { className: verdict, textContent: iou ? `${verdict === 'right' ? '✓ ' : ''}${withoutZero(iou.toFixed(2))}` : verdict === 'false' ? '✗ false' : '–' });
    return objectLine(lab, one, [k + 1, withoutZero(one.score.toFixed(2)), areaText(one.area), ...(marks ? [found] : [])]);
  }));
}

const areaText = (pixels) => grouped(Math.round(pixels));
const percentOf = (share) => `${(100 * share).toFixed(1)} %`;

function fillTable(table, heads, lines) {
  table.tHead.replaceChildren(element('tr', {}, ...heads.map((text, k) => element('th', { textContent: text, className: k ? '' : 'name' }))));
  table.tBodies[0].replaceChildren(...lines);
}

function line(colour, name, cells) {
  const row = element('tr', { tabIndex: 0 }), swatch = element('i');
  swatch.style.background = colour;
  row.append(element('td', { className: 'name' }, swatch, name), ...cells.map((cell) => element('td', {}, cell)));
  return row;
}

function classLine(lab, { id, name, colour }, cells) {
  const row = line(colour, name, cells);
  lightsUp(row, lab, () => lab.kept.filter((one) => one.classId === id).map((one) => one.row));
  return row;
}

function objectLine(lab, one, cells) {
  const row = line(lab.fields.view === 'semantic' ? one.classColour : one.colour, one.name, cells);
  row.dataset.row = one.row;
  row.classList.toggle('picked', one.row === lab.object);
  row.setAttribute('aria-selected', one.row === lab.object);
  lightsUp(row, lab, () => [one.row]);
  row.onclick = () => lab.pick(one.row);
  row.onkeydown = (e) => {
    const next = { ArrowDown: row.nextSibling, ArrowUp: row.previousSibling }[e.key];
    if (next) next.focus();
    else if (e.key === 'Enter' || e.key === ' ') lab.pick(one.row);
    else return;
    e.preventDefault();
  };
  return row;
}

function lightsUp(row, lab, rows) {
  row.onpointerenter = (e) => { if (e.pointerType === 'mouse') lab.light(new Set(rows())); };
  row.onpointerleave = () => lab.light(null);
  row.onfocus = () => { if (row.matches(':focus-visible')) lab.light(new Set(rows())); };
  row.onblur = () => lab.light(null);
}

function markLit(root, lit) {
  for (const row of root.querySelectorAll('.objects tr[data-row]')) row.classList.toggle('lit', !!lit?.has(Number(row.dataset.row)));
}
