// YOLO's grid in four pictures; the cell under the pointer is marked in all, with its boxes and its classes.
// uses lib/message lib/pictures lib/svg lib/boxes lib/pointer lib/numbers yolo_ssd/labels
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.yolo');
  const lab = root.lab ?? (root.lab = buildGrid(root));
  const { fields, parts } = unpacked(data);
  const fresh = lab.fields?.identity !== fields.identity;
  lab.fields = fields;
  if (fresh) {
    showPicture(root, fields, parts.picture);
    const { boxes, confidence, classes } = parts;
    Object.assign(lab, { boxes, confidence, classes });
    lab.spot = surestCell(lab);
    for (const svg of root.querySelectorAll('svg')) svg.setAttribute('viewBox', `0 0 ${fields.width} ${fields.height}`);
    drawMap(lab); drawBoxes(lab);
  }
  drawLeft(lab);
  lab.mark();
  root.dataset.ready = fields.identity;
}

function buildGrid(root) {
  const lab = { root, find: (s) => root.querySelector(s) };
  lab.mark = () => markCell(lab);
  for (const view of root.querySelectorAll('.view')) {
    view.setAttribute('aria-label', 'Arrow keys go from cell to cell');
    followSpot(view, {
      point: ([x, y]) => {
        const { width, height, cell: [w, h] } = lab.fields;
        goTo(lab, (y * height) / h, (x * width) / w);
      },
      step: (dx, dy) => goTo(lab, lab.spot[0] + dy, lab.spot[1] + dx),
    });
  }
  return lab;
}

function goTo(lab, row, column) {
  const r = cellIndex(row, lab.fields.rows), c = cellIndex(column, lab.fields.columns);
  if (r === lab.spot[0] && c === lab.spot[1]) return;
  lab.spot = [r, c]; lab.mark();
}

// What one cell says: boxes, their confidences, classes, the best class.
function cellOf(lab, r, c) {
  const { columns, boxes: count, names } = lab.fields, cell = r * columns + c;
  const classes = [...lab.classes.subarray(cell * names.length, (cell + 1) * names.length)];
  const best = classes.indexOf(Math.max(...classes));
  const boxes = Array.from({ length: count }, (_, b) => [...boxAt(lab.boxes, cell * count + b)]);
  return { classes, best, boxes, confidence: [...lab.confidence.subarray(cell * count, (cell + 1) * count)] };
}

function eachCell(lab, act) {
  for (let r = 0; r < lab.fields.rows; r++) for (let c = 0; c < lab.fields.columns; c++) act(r, c, cellOf(lab, r, c));
}

function surestCell(lab) {
  let spot = [0, 0], most = -1;
  eachCell(lab, (r, c, { confidence }) => { const own = Math.max(...confidence); if (own > most) [most, spot] = [own, [r, c]]; });
  return spot;
}

function cellBox({ cell: [w, h] }, r, c) {
  return [c * w, r * h, (c + 1) * w, (r + 1) * h];
}

function drawMap(lab) {
  const shapes = [];
  eachCell(lab, (r, c, { best }) => shapes.push(svgBox(cellBox(lab.fields, r, c),
    { class: 'cell', style: `fill:${lab.fields.colours[best]};fill-opacity:.62` })));
  lab.find('.map svg').replaceChildren(layer(shapes), layer([]));
}

function drawBoxes(lab) {
  const sure = [], product = [], { colours } = lab.fields;
  eachCell(lab, (r, c, { best, classes, boxes, confidence }) => boxes.forEach((box, b) => {
    const own = confidence[b], score = own * classes[best];
    sure.push([own, svgBox(box, { style: `stroke:#ffe14d;stroke-width:${0.4 + 6 * own};stroke-opacity:${0.08 + 0.92 * own}` })]);
    product.push([score, svgBox(box, { style: `stroke:${colours[best]};stroke-width:${0.4 + 6 * score};stroke-opacity:${0.05 + 0.95 * score}` })]);
  }));
  const sorted = (pairs) => pairs.sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  lab.find('.sure svg').replaceChildren(layer(sorted(sure)), layer([]));
  lab.find('.product svg').replaceChildren(layer(sorted(product)), layer([]));
}

function drawLeft(lab) {
  const { kept, truth, width } = lab.fields, unit = width / 340;
  const boxes = kept.map((row) => svgBox(row.box, { style: `stroke:${row.colour};stroke-width:3` })).reverse();
  const labels = kept.flatMap((row) => labelShapes(row, unit));
  lab.find('.left svg').replaceChildren(layer([...truth.map((box) => svgBox(box, { class: 'truth' })), ...boxes, ...labels]), layer([]));
  lab.find('.count').textContent = `${kept.length} of ${lab.confidence.length} boxes are left`;
}

const layer = (shapes) => svgElement('g', {}, ...shapes);

// The cell in all four pictures, its boxes in those of boxes, its numbers beside them.
function markCell(lab) {
  const [r, c] = lab.spot, { fields } = lab, seen = cellOf(lab, r, c), spot = cellBox(fields, r, c);
  for (const name of ['map', 'sure', 'product', 'left']) {
    const shapes = [svgBox(spot, { class: 'spot under' }), svgBox(spot, { class: 'spot' })];
    if (name === 'sure' || name === 'product') shapes.push(...seen.boxes.map((box) => svgBox(box, { class: 'own' })));
    lab.find(`.${name} svg`).lastChild.replaceChildren(...shapes);
  }
  lab.find('aside h4').textContent = `Cell ${r + 1}, ${c + 1} of ${fields.rows} × ${fields.columns}`;
  const line = (name, colour, value) => `<div class="line"><span>${name}</span><i style="background:${colour};width:${100 * value}%"></i><b>${value.toFixed(2)}</b></div>`;
  const best = Math.max(...seen.confidence), score = best * seen.classes[seen.best];
  const outcome = score < fields.score ? `below the threshold of ${fields.score.toFixed(2)}: dropped`
    : fields.kept.some((row) => Math.floor(row.from / fields.boxes) === r * fields.columns + c) ? 'kept' : 'suppressed by a better box';
  lab.find('.numbers').innerHTML = `<h5>Its ${fields.boxes} boxes: confidence</h5>
    ${seen.confidence.map((v, b) => line(`box ${b + 1}`, '#d9b700', v)).join('')}
    <h5>Its classes</h5>${fields.names.map((name, k) => line(name, fields.colours[k], seen.classes[k])).join('')}
    <p>${best.toFixed(2)} × ${seen.classes[seen.best].toFixed(2)} (${fields.names[seen.best]}) = <b>${score.toFixed(2)}</b>: ${outcome}.</p>`;
  lab.root.dataset.values = JSON.stringify({ at: [r, c], ...seen });
}
