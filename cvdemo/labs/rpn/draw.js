// Everything that is drawn on the board and on the cards, in pixels of the picture as the network saw it.
// uses lib/pictures lib/canvas lib/boxes lib/numbers lib/colours rpn/math
const KINDS = ['#E69F00', '#56B4E9', '#009E73', '#F0E442', '#0072B2', '#D55E00', '#CC79A7', '#88CCEE', '#DDCC77'];

// A canvas as sharp as the screen, on which `margin` pixels around the picture can be seen too.
function penOn(canvas, { width, height }, margin) {
  const across = canvas.clientWidth || 120;
  const scale = across / (width + 2 * margin), high = clamp(scale * (height + 2 * margin), 24, 680);
  const zoom = Math.min(scale, high / (height + 2 * margin));
  canvas.style.height = `${high}px`;
  const ink = sharpCanvas(canvas, across, high);
  const left = (across - zoom * width) / 2, top = (high - zoom * height) / 2;
  ink.translate(left, top);
  ink.scale(zoom, zoom);
  // Back from a point of the canvas, in CSS pixels, to the picture; `line` is a pixel of the screen.
  return { ink, line: 1 / zoom, at: (x, y) => [(x - left) / zoom, (y - top) / zoom] };
}

function drawScene(ink, { image, fields, faint }) {
  if (!isLoaded(image)) return;
  ink.drawImage(image, 0, 0, fields.width, fields.height);
  fillBox(ink, [0, 0, fields.width, fields.height], '#000', faint);
}

// Boxes by how likely they are: the likelier, the lighter and the less to be seen through.
function drawLikely(pen, rows, boxes, scores, width) {
  const { ink, line } = pen;
  for (const row of rows) {
    ink.globalAlpha = 0.12 + 0.88 * scores[row];
    strokeBox(ink, boxAt(boxes, row), heat(0.25 + 0.75 * scores[row]), width * line);
  }
  ink.globalAlpha = 1;
}

function drawDetected(pen, { detections, width }, labels) {
  const { ink, line } = pen;
  ink.font = `600 ${14 * line}px sans-serif`;
  for (const { box, colour, name, score } of [...detections].reverse()) {
    strokeBox(ink, box, colour, (labels ? 3 : 2) * line);
    if (!labels) continue;
    const text = `${name} ${score.toFixed(2)}`, wide = ink.measureText(text).width + 8 * line;
    const top = Math.max(box[1], 19 * line), left = clamp(box[0] - 1.5 * line, 0, width - wide);
    fillBox(ink, [left, top - 19 * line, left + wide, top], colour);
    ink.fillStyle = '#000';
    ink.fillText(text, left + 4 * line, top - 5 * line);
  }
}

// True boxes: whole where a box has found them at IoU .7, dashed at .5, dotted red where none has.
const FOUND = [[0.7, '#fff', []], [0.5, '#fff', [7, 5]], [-1, '#ff4b4b', [2, 4]]];
function drawTruth({ ink, line }, truth, overlaps) {
  truth.forEach((box, k) => {
    const [, colour, dash] = FOUND.find(([least]) => overlaps[k] >= least);
    strokeBox(ink, box, '#000', 5 * line);
    strokeBox(ink, box, colour, 3 * line, dash.map((d) => d * line));
  });
}

// Objectness of one kind of anchor, or the best of all, over the cells of a level.
function drawObjectness(ink, level, scores, which, opacity) {
  const kinds = which < 0 ? level.kinds.map((_, k) => k) : [which];
  for (let r = 0; r < level.rows; r++) for (let c = 0; c < level.columns; c++) {
    const share = Math.max(...kinds.map((k) => scores[rowOf(level, r, c, k)]));
    ink.globalAlpha = opacity * (0.35 + 0.65 * share);
    ink.fillStyle = heat(share);
    ink.fillRect(c * level.stride, r * level.stride, level.stride, level.stride);
  }
  ink.globalAlpha = 1;
}

// The anchors of one cell dashed, and where the network shifts them, the likelier the bolder.
function drawCell(pen, lab, small) {
  const { ink, line } = pen, level = lab.fields.levels[lab.level], { anchors, boxes, scores } = lab;
  const centre = level.centre * level.stride, [r, c] = lab.spot;
  if (!small) strokeBox(ink, scaledBox([c, r, c + 1, r + 1], level.stride), '#fff', 2 * line);
  level.kinds.forEach((_, kind) => {
    const row = rowOf(level, r, c, kind), score = scores[row], aside = lab.lit !== null && lab.lit !== kind;
    const colour = KINDS[kind % KINDS.length];
    ink.globalAlpha = aside ? 0.1 : 0.8;
    strokeBox(ink, boxAt(anchors, row), colour, (small ? 1 : 1.5) * line, [4 * line, 3 * line]);
    ink.globalAlpha = aside ? 0.1 : 0.3 + 0.7 * score;
    strokeBox(ink, boxAt(boxes, row), colour, (1 + 3 * score) * (small ? 0.6 : 1) * line);
  });
  ink.globalAlpha = 1;
  fillDot(ink, c * level.stride + centre, r * level.stride + centre, 2.5 * line, '#fff');
}
