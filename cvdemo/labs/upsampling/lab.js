// Small maps made large, cell by cell: edit a number, point at an output cell and see what it is the sum of.
// All is computed here; Python hears of edited numbers and answers with its own output for the same.
// uses upsampling/math upsampling/grid upsampling/maps
const COLOURS = ['#e69f00', '#009e73', '#cc79a7', '#d55e00', '#0072b2', '#b8a800', '#56b4e9', '#7a5fc0', '#8c6d31'];
const GRIDS = ['map', 'before', 'kernel'];

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.upsampling');
  const lab = root.lab ?? (root.lab = buildLab(root));
  lab.send = (name, values) => setStateValue('edited', { name, values });
  // Python sets numbers by a new stamp; at any other rerun the visitor's hand is ahead of it.
  if (lab.stamp !== data.stamp) GRIDS.forEach((name) => { lab[name] = data[name]; });
  const { way, layout, factor, corners, stamp, python } = data;
  Object.assign(lab, { way, layout, factor, corners, stamp, python });
  root.dataset.way = way;
  lab.draw();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { at: null, held: null };
  const editable = (name, place, point) => buildGrid(find(place), {
    name: { map: 'map', before: 'before pooling', kernel: 'kernel' }[name], point,
    edit: (values) => { lab[name] = values; lab.draw(); },
    changed: (values) => lab.send(name, values),
  });
  const toOutput = (test) => () => { lab.held = test; lab.draw(); };
  const grids = {
    map: editable('map', '.map', (i, j) => toOutput((s) => s.row === i && s.column === j)()),
    kernel: editable('kernel', '.weights', (i, j) => toOutput((s) => s.u === i && s.v === j)()),
    before: editable('before', '.before'),
    kept: buildGrid(find('.kept'), { name: 'kept' }),
    output: buildGrid(find('.output'), { name: 'output', point: (i, j) => { lab.at = [i, j]; lab.held = null; lab.draw(); } }),
  };
  find('.map').onpointerleave = find('.weights').onpointerleave = () => { lab.held = null; lab.draw(); };
  lab.draw = () => {
    const found = upsampled(lab);
    if (!lab.at || lab.at[0] >= found.rows || lab.at[1] >= found.columns || lab.seen !== lab.stamp) lab.at = richest(found);
    lab.seen = lab.stamp;
    showGrids(grids, lab, found);
    find('.size').textContent = `output ${found.rows} × ${found.columns}`;
    find('.sum').innerHTML = lab.held ? stamped(lab, found) : summed(lab, found);
    if (lab.way === 'transposed') { showFlat(find, lab); showMatrix(find, lab, found); }
    showPython(find('.python'), lab, found);
    root.dataset.values = JSON.stringify({ map: lab.map, before: lab.before, kernel: lab.kernel, output: found.output });
  };
  return lab;
}

// The cell to begin with: one of most summands, the nearest to the middle.
function richest({ rows, columns, sources }) {
  let best = [0, 0], most = -Infinity;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const score = sources(i, j).length - (Math.abs(i - rows / 2) + Math.abs(j - columns / 2)) / 1000;
      if (score > most) [best, most] = [[i, j], score];
    }
  }
  return best;
}

// What is lit where: the sources of the cell pointed at, each pair in its colour, or what a held input reaches.
function showGrids(grids, lab, found) {
  const lit = { map: new Map(), kernel: new Map(), output: new Map(), before: new Map(), kept: new Map() };
  const key = (i, j) => `${i},${j}`;
  if (lab.held) {
    found.output.forEach((line, i) => line.forEach((_, j) => {
      found.sources(i, j).filter(lab.held).forEach((s) => {
        const colour = COLOURS[0];
        lit.output.set(key(i, j), colour); lit.map.set(key(s.row, s.column), colour);
        if (s.u !== undefined) lit.kernel.set(key(s.u, s.v), colour);
      });
    }));
  } else {
    found.sources(...lab.at).forEach((s, k) => {
      const colour = COLOURS[k % COLOURS.length];
      lit.map.set(key(s.row, s.column), colour);
      if (s.u !== undefined) lit.kernel.set(key(s.u, s.v), colour);
    });
  }
  if (lab.way === 'unpooling') {
    // Every number has the colour of its place, from the first grid to the last.
    found.kept.forEach((line, i) => line.forEach((best, j) => {
      const colour = COLOURS[(i * line.length + j) % COLOURS.length];
      [lit.kept, lit.map].forEach((where) => where.set(key(i, j), colour));
      [lit.before, lit.output].forEach((where) => where.set(key(best.row, best.column), colour));
    }));
    grids.before.show(lab.before, lit.before);
    grids.kept.show(found.kept.map((line) => line.map((best) => best.value)), lit.kept);
  }
  grids.map.show(lab.map, lit.map);
  if (lab.way === 'transposed') grids.kernel.show(lab.kernel, lit.kernel);
  grids.output.show(found.output, lit.output, lab.held ? '' : key(...lab.at));
}

// The sum of the cell pointed at, each summand in the colour of its cells.
function summed(lab, found) {
  const [i, j] = lab.at, sources = found.sources(i, j), place = `output row ${i + 1}, column ${j + 1}:`;
  if (!sources.length) {
    const why = { unpooling: 'no maximum stood here', nails: 'no nail here', transposed: 'no stamp reaches this cell' }[lab.way];
    return `${place} <b>0</b>, ${why}.`;
  }
  const alone = ['nearest', 'nails', 'unpooling'].includes(lab.way);
  const terms = sources.map((s, k) => `<span class="term" style="--lit:${COLOURS[(lab.way === 'unpooling'
    ? s.row * lab.map[0].length + s.column : k) % COLOURS.length]}">${tidy(lab.map[s.row][s.column])}${alone ? '' : ` × ${tidy(s.weight)}`}</span>`);
  return `${place} ${terms.join(' + ')} = <b>${tidy(found.output[i][j])}</b>`;
}

// Of an input cell or kernel weight: how many output cells it goes into.
function stamped(lab, found) {
  let cells = 0;
  found.output.forEach((line, i) => line.forEach((_, j) => { cells += found.sources(i, j).some(lab.held); }));
  return `This number goes into <b>${cells}</b> of the ${found.rows * found.columns} output cells.`;
}

function showPython(place, lab, found) {
  const same = GRIDS.every((name) => JSON.stringify(lab.python[name]) === JSON.stringify(lab[name]));
  const apart = Math.max(...found.output.flat().map((v, k) => Math.abs(v - lab.python.output.flat()[k])));
  place.dataset.values = same ? JSON.stringify(lab.python) : '';
  place.innerHTML = same ? `Python, <code>cvdemo.ops</code>, has computed the same output: largest difference ${apart.toPrecision(1)}.`
    : 'Python answers when you leave the cell …';
}
