// Everything that is drawn on the board and on the cards, in pixels of the picture as the network saw it.
const KINDS = ['#E69F00', '#56B4E9', '#009E73', '#F0E442', '#0072B2', '#D55E00', '#CC79A7', '#88CCEE', '#DDCC77'];

// A canvas as sharp as the screen, on which `margin` pixels around the picture can be seen too.
function penOn(canvas, { width, height }, margin) {
  const sharp = window.devicePixelRatio || 1, across = canvas.clientWidth || 120;
  const scale = across / (width + 2 * margin), high = Math.max(24, Math.min(680, scale * (height + 2 * margin)));
  const zoom = Math.min(scale, high / (height + 2 * margin));
  Object.assign(canvas, { width: Math.round(across * sharp), height: Math.round(high * sharp) });
  canvas.style.height = `${high}px`;
  const ink = canvas.getContext('2d');
  const left = (across - zoom * width) / 2, top = (high - zoom * height) / 2;
  ink.setTransform(zoom * sharp, 0, 0, zoom * sharp, left * sharp, top * sharp);
  // Back from a point of the canvas, in CSS pixels, to the picture; `line` is a pixel of the screen.
  return { ink, line: 1 / zoom, at: (x, y) => [(x - left) / zoom, (y - top) / zoom] };
}

function drawScene(ink, { image, fields, faint }) {
  if (!image.complete || !image.naturalWidth) return;
  ink.drawImage(image, 0, 0, fields.width, fields.height);
  ink.globalAlpha = faint;
  ink.fillStyle = '#000';
  ink.fillRect(0, 0, fields.width, fields.height);
  ink.globalAlpha = 1;
}

function drawFrame(ink, [x1, y1, x2, y2]) {
  ink.strokeRect(x1, y1, x2 - x1, y2 - y1);
}

// Boxes by how likely they are: the likelier, the lighter and the less to be seen through.
function drawLikely(pen, rows, boxes, scores, width) {
  const { ink, line } = pen;
  ink.lineWidth = width * line;
  for (const row of rows) {
    ink.globalAlpha = 0.12 + 0.88 * scores[row];
    ink.strokeStyle = heat(0.25 + 0.75 * scores[row]);
    drawFrame(ink, boxAt(boxes, row));
  }
  ink.globalAlpha = 1;
}

function drawDetected(pen, { detections, width }, labels) {
  const { ink, line } = pen;
  ink.font = `600 ${14 * line}px sans-serif`;
  for (const { box, colour, name, score } of [...detections].reverse()) {
    Object.assign(ink, { strokeStyle: colour, fillStyle: colour, lineWidth: (labels ? 3 : 2) * line });
    drawFrame(ink, box);
    if (!labels) continue;
    const text = `${name} ${score.toFixed(2)}`, wide = ink.measureText(text).width + 8 * line;
    const top = Math.max(box[1], 19 * line), left = Math.max(0, Math.min(box[0] - 1.5 * line, width - wide));
    ink.fillRect(left, top - 19 * line, wide, 19 * line);
    ink.fillStyle = '#000';
    ink.fillText(text, left + 4 * line, top - 5 * line);
  }
}

// True boxes: whole where a box has found them at IoU .7, dashed at .5, dotted red where none has.
const FOUND = [[0.7, '#fff', []], [0.5, '#fff', [7, 5]], [-1, '#ff4b4b', [2, 4]]];
function drawTruth({ ink, line }, truth, overlaps) {
  truth.forEach((box, k) => {
    const [, colour, dash] = FOUND.find(([least]) => overlaps[k] >= least);
    for (const [style, width] of [['#000', 5], [colour, 3]]) {
      Object.assign(ink, { strokeStyle: style, lineWidth: width * line });
      ink.setLineDash(style === '#000' ? [] : dash.map((d) => d * line));
      drawFrame(ink, box);
    }
  });
  ink.setLineDash([]);
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
  if (!small) {
    Object.assign(ink, { strokeStyle: '#fff', lineWidth: 2 * line });
    drawFrame(ink, [c, r, c + 1, r + 1].map((v) => v * level.stride));
  }
  level.kinds.forEach((_, kind) => {
    const row = rowOf(level, r, c, kind), score = scores[row], aside = lab.lit !== null && lab.lit !== kind;
    ink.strokeStyle = KINDS[kind % KINDS.length];
    ink.globalAlpha = aside ? 0.1 : 0.8;
    ink.lineWidth = (small ? 1 : 1.5) * line;
    ink.setLineDash([4 * line, 3 * line]);
    drawFrame(ink, boxAt(anchors, row));
    ink.setLineDash([]);
    ink.globalAlpha = aside ? 0.1 : 0.3 + 0.7 * score;
    ink.lineWidth = (1 + 3 * score) * (small ? 0.6 : 1) * line;
    drawFrame(ink, boxAt(boxes, row));
  });
  ink.globalAlpha = 1;
  ink.fillStyle = '#fff';
  ink.beginPath();
  ink.arc(c * level.stride + centre, r * level.stride + centre, 2.5 * line, 0, 7);
  ink.fill();
}
