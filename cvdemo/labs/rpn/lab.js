// The region proposal network on one picture: the anchors of a cell before and after correction, objectness as heat,
// and the stages of the funnel. What is left at each stage comes from Python; here it is drawn and asked about.
// uses lib/message lib/pictures lib/boxes lib/pointer lib/choices lib/numbers rpn/math rpn/draw rpn/cards rpn/cell
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.rpn');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpacked(data);
  const name = `${fields.identity} ${fields.choice}`;
  if (lab.name === name) return;
  lab.name = name;
  lab.open(fields, parts);
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), board = find('.board');
  const lab = { stage: CELL, level: 0, spot: [0, 0], which: -1, opacity: 0.55, lit: null, truth: false, image: new Image() };
  find('.opacity').oninput = (e) => { lab.opacity = e.target.value / 100; lab.drawBoard(); };
  find('.which').onchange = (e) => { lab.which = Number(e.target.value); lab.drawBoard(); };
  find('.truth').onchange = (e) => { lab.truth = e.target.checked; lab.draw(); };
  lab.overlaps = () => bestOverlaps(lab.fields.truth, lab.stage === 5 ? lab.fields.detections.map((d) => d.box)
    : lab.stageRows[Math.max(0, lab.stage)].map((row) => boxAt(lab.stage > 0 ? lab.boxes : lab.anchors, row)));
  lab.drawBoard = () => { lab.pen = drawBoard(board, lab); };
  lab.draw = () => {
    showBar(root, lab);
    showCards(find('.cards'), lab);
    lab.drawBoard();
    if (lab.stage === CELL) showCell(find('.side'), lab); else showStage(find('.side'), lab);
    board.setAttribute('aria-label', `${lab.fields.alt}. Arrow keys move the cell whose anchors are shown`);
    root.dataset.ready = lab.name;
  };
  lab.open = (fields, parts) => openData(lab, fields, parts);
  listen(board, lab);
  new ResizeObserver(() => lab.fields && lab.image.complete && lab.draw()).observe(root);
  return lab;
}

function openData(lab, fields, parts) {
  const fresh = lab.fields?.identity !== fields.identity, { anchors, boxes, scores, lastStage } = parts;
  Object.assign(lab, { fields, anchors, boxes, scores, lastStage, margin: 0.09 * Math.max(fields.width, fields.height) });
  lab.stageRows = LEAST_STAGE.map((_, stage) => rowsOf(lab, stage));
  if (!fresh) return lab.draw();
  toRow(lab, striking(lab));
  loadPicture(lab.image, fields.identity, parts.picture, () => lab.draw());
}

// An anchor to begin with: sure of its thing, and large enough to be seen from the last row.
function striking({ scores, boxes }) {
  const worth = (row) => scores[row] ** 2 * Math.sqrt(boxArea(boxAt(boxes, row)));
  return scores.reduce((best, _, row) => (worth(row) > worth(best) ? row : best), 0);
}

// Level, cell and kind of the anchor in a row.
function toRow(lab, row) {
  const { level, r, c, kind } = placeOf(lab.fields.levels, row);
  Object.assign(lab, { level, spot: [r, c], lit: null });
  return kind;
}

function showBar(root, lab) {
  const { levels, truth } = lab.fields, place = root.querySelector('.levels div'), which = root.querySelector('.which');
  const strides = levels.map(({ stride }) => String(stride));
  radioButtons(place, strides, strides[lab.level], (stride) => toLevel(lab, strides.indexOf(stride)));
  const options = [['the best of each cell', -1], ...levels[lab.level].kinds.map((kind, k) => [kindName(kind), k])];
  which.replaceChildren(...options.map(([name, k]) => new Option(name, k, false, k === lab.which)));
  root.querySelectorAll('.of-cell').forEach((e) => { e.hidden = lab.stage !== CELL; });
  root.querySelector('.true').hidden = !truth.length;
}

// Another level, with the cell that lies where the last one did.
function toLevel(lab, k) {
  const [from, to] = [lab.fields.levels[lab.level], lab.fields.levels[k]];
  const cell = (v, n) => Math.min(n - 1, Math.floor(((v + 0.5) * from.stride) / to.stride));
  Object.assign(lab, { level: k, lit: null, spot: [cell(lab.spot[0], to.rows), cell(lab.spot[1], to.columns)] });
  lab.draw();
}

function drawBoard(board, lab) {
  const pen = penOn(board, lab.fields, lab.stage <= 0 ? lab.margin : 0), level = lab.fields.levels[lab.level];
  drawScene(pen.ink, { ...lab, faint: lab.stage === CELL ? 0.12 : 0.35 });
  if (lab.stage === CELL) {
    drawObjectness(pen.ink, level, lab.scores, lab.which, lab.opacity);
    drawCell(pen, lab, false);
  } else if (lab.stage === 5) drawDetected(pen, lab.fields, true);
  else drawLikely(pen, lab.stageRows[lab.stage], lab.stage ? lab.boxes : lab.anchors, lab.scores, 1.6);
  if (lab.truth) drawTruth(pen, lab.fields.truth, lab.stage === CELL ? lab.fields.truth.map(() => 1) : lab.overlaps());
  return pen;
}

function listen(board, lab) {
  const move = (r, c) => {
    const { rows, columns } = lab.fields.levels[lab.level];
    Object.assign(lab, { spot: [cellIndex(r, rows), cellIndex(c, columns)], lit: null });
    lab.draw();
  };
  board.onpointerdown = board.onpointermove = (e) => {
    if (e.type === 'pointermove' && !e.buttons) return;
    const [x, y] = lab.pen.at(e.offsetX, e.offsetY), { stride } = lab.fields.levels[lab.level];
    if (lab.stage === CELL) move(y / stride, x / stride);
    else if (e.type === 'pointerdown' && lab.stage < 5) fromBox(lab, [x, y]);
  };
  board.onkeydown = (e) => {
    const way = arrowOf(e);
    if (!way || lab.stage !== CELL) return;
    move(lab.spot[0] + way[1], lab.spot[1] + way[0]);
    e.preventDefault();
  };
}

// The cell and the anchor that the likeliest box under the pointer comes from.
function fromBox(lab, point) {
  const all = lab.stage ? lab.boxes : lab.anchors;
  const row = lab.stageRows[lab.stage].findLast((k) => boxContains(boxAt(all, k), point));
  if (row === undefined) return;
  const kind = toRow(lab, row);
  Object.assign(lab, { stage: CELL, lit: kind });
  lab.draw();
}
