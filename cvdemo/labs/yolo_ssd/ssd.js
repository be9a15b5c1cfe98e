// SSD's detections in the colour of the level that found them; under the pointer, the default boxes of one cell
// of the level that is shown, or the default box that a detection comes from.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.ssd');
  const lab = root.lab ?? (root.lab = buildLevels(root));
  const { fields, parts } = unpackedParts(data);
  if (lab.fields?.identity !== fields.identity) {
    showPart(root, fields, parts.picture);
    lab.boxes = new Float32Array(parts.boxes.slice().buffer);
    lab.find('svg').setAttribute('viewBox', `0 0 ${fields.width} ${fields.height}`);
    lab.spot = null;
  }
  lab.fields = fields;
  drawFound(lab);
  const [rows, columns] = fields.cells[fields.shown];
  if (!lab.spot || lab.spot[0] >= rows || lab.spot[1] >= columns) lab.spot = [rows >> 1, columns >> 1];
  lab.mark(null);
  root.dataset.ready = `${fields.identity} ${fields.shown} ${fields.kept.length}`;
}

function buildLevels(root) {
  const lab = { root, find: (s) => root.querySelector(s) }, view = lab.find('.view');
  lab.mark = (found) => markDefaults(lab, found);
  view.setAttribute('aria-label', 'Arrow keys go from cell to cell of the level that is shown');
  const cell = () => { const { strides, unit, shown } = lab.fields; return unit.map((u) => u * strides[shown]); };
  view.onpointermove = view.onpointerdown = (e) => {
    lab.spot = cellUnder(e, view, lab.fields, cell(), ...lab.fields.cells[lab.fields.shown]);
    lab.mark(foundUnder(e, view, lab.fields));
  };
  view.onpointerleave = () => lab.mark(null);
  view.onkeydown = (e) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[e.key];
    if (!step) return;
    const size = lab.fields.cells[lab.fields.shown];
    lab.spot = lab.spot.map((v, k) => Math.max(0, Math.min(size[k] - 1, v + step[k])));
    lab.mark(null);
    e.preventDefault();
  };
  return lab;
}

// The smallest detection under the pointer.
function foundUnder(event, view, { kept, width, height }) {
  const frame = view.getBoundingClientRect();
  const x = ((event.clientX - frame.left) / frame.width) * width, y = ((event.clientY - frame.top) / frame.height) * height;
  const area = ({ box }) => (box[2] - box[0]) * (box[3] - box[1]);
  return kept.filter(({ box }) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3]).sort((a, b) => area(a) - area(b))[0] ?? null;
}

function drawFound(lab) {
  const { kept, truth, colours, width } = lab.fields, unit = width / 640;
  const group = svgShape('g', {}), ink = (row) => colours[row.level];
  group.append(...truth.map((box) => boxShape(box, { class: 'truth' })),
    ...kept.map((row) => boxShape(row.box, { style: `stroke:${ink(row)};stroke-width:3` })).reverse(),
    ...kept.flatMap((row) => labelShapes({ ...row, colour: ink(row) }, unit)));
  lab.find('svg').replaceChildren(group, svgShape('g', {}));
}

function markDefaults(lab, found) {
  const { fields } = lab, at = (k) => lab.boxes.subarray(4 * k, 4 * k + 4), top = lab.find('svg').lastChild;
  const size = (k) => `${Math.round((at(k)[2] - at(k)[0]) / fields.unit[0])} × ${Math.round((at(k)[3] - at(k)[1]) / fields.unit[1])}`;
  if (found) {
    const style = `stroke:${fields.colours[found.level]}`;
    top.replaceChildren(boxShape(at(found.from), { class: 'under' }), boxShape(at(found.from), { class: 'source', style }));
    lab.find('.says').textContent = `${found.name} ${found.score.toFixed(2)}: found by stride ${fields.strides[found.level]}, from a default box of ${size(found.from)} pixels (dashed), moved and stretched to fit.`;
  } else {
    const rows = defaultsOfCell(lab), style = `stroke:${fields.colours[fields.shown]}`;
    top.replaceChildren(...rows.flatMap((k) => [boxShape(at(k), { class: 'under' }), boxShape(at(k), { class: 'default', style })]));
    const [r, c] = lab.spot, [all, across] = fields.cells[fields.shown];
    lab.find('.says').textContent = `Cell ${r + 1}, ${c + 1} of ${all} × ${across} at stride ${fields.strides[fields.shown]}: ${rows.length} default boxes, ${rows.map(size).join(', ')} pixels to the net.`;
  }
  lab.root.dataset.values = JSON.stringify({ at: lab.spot, defaults: defaultsOfCell(lab).map((k) => [...at(k)]) });
}

// Numbers of the default boxes of the present cell: cells go row by row, all boxes of a cell together.
function defaultsOfCell(lab) {
  const { cells, shown } = lab.fields, counts = cells.map(([rows, columns]) => rows * columns);
  const each = lab.boxes.length / 4 / counts.reduce((a, b) => a + b);
  const cell = counts.slice(0, shown).reduce((a, b) => a + b, 0) + lab.spot[0] * cells[shown][1] + lab.spot[1];
  return Array.from({ length: each }, (_, k) => cell * each + k);
}
