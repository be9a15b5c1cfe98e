// A stack of dilated convolutions: point at any cell and see its sources, on the side view and on the picture.
// uses lib/message lib/pictures lib/numbers dilated/math dilated/stack dilated/field lib/said
export default function ({ data, parentElement }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.dilated');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const name = JSON.stringify(fields.layers);
  if (lab.name !== name) {
    lab.stack = stackOf(fields.layers, outputsThatFit(fields.counts.length, fields.stride));
    Object.assign(lab, { name, row: fields.layers.length, index: middle(lab.stack) });
  }
  if (!lab.fields || lab.fields.identity !== fields.identity) lab.spot = fields.spot;
  lab.fields = fields;
  showPicture(root, fields, parts.picture);
  lab.draw();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s);
  const lab = { counts: [], spot: [0, 0] };
  const stack = find('.stack'), field = find('.field'), heat = find('.heat');
  lab.drawField = () => {
    drawField(field, lab);
    root.dataset.spot = lab.spot;
  };
  lab.drawSide = () => {
    const { stack: s, row, index } = lab;
    lab.ways = waysDown(s, row, index);
    lab.beside = index + 1 < s.cells[row] ? waysDown(s, row, index + 1)[0] : null;
    drawStack(stack, lab);
    find('.says').innerHTML = says(lab);
  };
  lab.draw = () => {
    const top = waysDown(lab.stack, lab.stack.layers.length, 0)[0];
    lab.counts = Array.from({ length: Math.max(...top.keys()) + 1 }, (_, i) => top.get(i) ?? 0);
    lab.drawSide();
    lab.drawField();
    find('.most').textContent = grouped(drawHeat(heat, lab));
    root.dataset.counts = JSON.stringify(lab.counts);
    showPython(find('.python'), lab);
  };
  buildStack(stack, lab, (row, index) => {
    if (row === lab.row && index === lab.index) return;
    Object.assign(lab, { row, index });
    lab.drawSide();
  });
  buildField(find('.frame'), lab);
  buildHeat(heat, find('.ways'), lab);
  find('.ways').textContent = 'point at one';
  new ResizeObserver(() => lab.fields && lab.draw()).observe(root);
  return lab;
}

// One sentence on the cell that is pointed at, and its neighbour.
function says({ stack, row, index, ways, beside }) {
  const rows = stack.layers.length, name = row === rows ? said('output') : row ? `cell of map ${row}` : said('pixel');
  if (!row) return 'This is a pixel of the input. Point at a cell above it.';
  const seen = [...ways[0].keys()], field = Math.max(...seen) - Math.min(...seen) + 1;
  const first = `This <b class="cell">${name}</b> sees <b>${seen.length}</b> of the <b>${field}</b> pixels in its reach`;
  if (!beside) return `${first}.`;
  const shared = seen.filter((i) => beside.has(i)).length;
  return `${first}; its <b class="beside">right neighbour</b> shares <b>${shared}</b> of them.`;
}

function showPython(place, { counts, fields }) {
  const same = counts.length === fields.counts.length && counts.every((c, i) => c === fields.counts[i]);
  place.dataset.same = same;
  place.innerHTML = `Python, <code>cvdemo.ops.dilated.path_counts</code>: ${fields.counts.length} pixels along an axis, `
    + `${same ? 'the same counts' : 'other counts than drawn here'}.`;
}
