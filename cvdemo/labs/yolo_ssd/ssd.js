// SSD's detections in the colour of the level that found them; under the pointer, the default boxes of one cell
// of the level that is shown, or the default box that a detection comes from.
// uses lib/message lib/pictures lib/svg lib/boxes lib/pointer lib/numbers yolo_ssd/labels
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.ssd');
  const lab = root.lab ?? (root.lab = buildLevels(root));
  const { fields, parts } = unpacked(data);
  if (lab.fields?.identity !== fields.identity) {
    showPicture(root, fields, parts.picture);
    lab.boxes = parts.boxes;
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
  const to = (r, c, found) => {
    const [rows, columns] = lab.fields.cells[lab.fields.shown];
    lab.spot = [cellIndex(r, rows), cellIndex(c, columns)];
    lab.mark(found);
  };
  followSpot(view, {
    point: (shares) => {
      const { width, height, cells, shown } = lab.fields, [x, y] = [shares[0] * width, shares[1] * height];
      to(shares[1] * cells[shown][0], shares[0] * cells[shown][1], foundUnder(lab.fields, [x, y]));
    },
    step: (dx, dy) => to(lab.spot[0] + dy, lab.spot[1] + dx, null),
  });
  view.onpointerleave = () => lab.mark(null);
  return lab;
}

// The smallest detection under the pointer.
function foundUnder({ kept }, point) {
  const under = kept.filter(({ box }) => boxContains(box, point));
  return under.sort((a, b) => boxArea(a.box) - boxArea(b.box))[0] ?? null;
}

function drawFound(lab) {
  const { kept, truth, colours, width } = lab.fields, unit = width / 640;
  const ink = (row) => colours[row.level];
  const group = svgElement('g', {}, ...truth.map((box) => svgBox(box, { class: 'truth' })),
    ...kept.map((row) => svgBox(row.box, { style: `stroke:${ink(row)};stroke-width:3` })).reverse(),
    ...kept.flatMap((row) => labelShapes({ ...row, colour: ink(row) }, unit)));
  lab.find('svg').replaceChildren(group, svgElement('g'));
}

function markDefaults(lab, found) {
  const { fields } = lab, at = (k) => boxAt(lab.boxes, k), top = lab.find('svg').lastChild;
  const size = (k) => `${Math.round((at(k)[2] - at(k)[0]) / fields.unit[0])} × ${Math.round((at(k)[3] - at(k)[1]) / fields.unit[1])}`;
  if (found) {
    const style = `stroke:${fields.colours[found.level]}`;
    top.replaceChildren(svgBox(at(found.from), { class: 'under' }), svgBox(at(found.from), { class: 'source', style }));
    lab.find('.says').textContent = `${found.name} ${found.score.toFixed(2)}: found by level ${fields.names[found.level]}, from a default box of ${size(found.from)} pixels (dashed), moved and stretched to fit.`;
  } else {
    const rows = defaultsOfCell(lab), style = `stroke:${fields.colours[fields.shown]}`;
    top.replaceChildren(...rows.flatMap((k) => [svgBox(at(k), { class: 'under' }), svgBox(at(k), { class: 'default', style })]));
    const [r, c] = lab.spot, [all, across] = fields.cells[fields.shown];
    lab.find('.says').textContent = `Cell ${r + 1}, ${c + 1} of ${all} × ${across}, level ${fields.names[fields.shown]}: ${rows.length} default boxes, ${rows.map(size).join(', ')} pixels to the net.`;
  }
  lab.root.dataset.values = JSON.stringify({ at: lab.spot, defaults: defaultsOfCell(lab).map((k) => [...at(k)]) });
}

// Numbers of the default boxes of the present cell: cells go row by row, all boxes of a cell together.
function defaultsOfCell(lab) {
  const { cells, each, shown } = lab.fields;
  const before = cells.slice(0, shown).reduce((sum, [rows, columns], k) => sum + rows * columns * each[k], 0);
  const cell = lab.spot[0] * cells[shown][1] + lab.spot[1];
  return Array.from({ length: each[shown] }, (_, k) => before + cell * each[shown] + k);
}
