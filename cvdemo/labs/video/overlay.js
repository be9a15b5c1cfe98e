// What is drawn over a frame: boxes, masks, skeletons, labels, the truth.
// uses lib/boxes lib/canvas lib/select lib/numbers

// Raw detections of a frame that the sliders leave, with what is drawn of each.
function detectionsOf(raw, frame, { score, iou }) {
  const [from, to] = [raw.offsets[frame], raw.offsets[frame + 1]];
  const part = { boxes: raw.boxes.subarray(4 * from, 4 * to), scores: raw.scores.subarray(from, to), classIds: raw.classIds.subarray(from, to) };
  return selectRows(part, { score, iou: raw.nms ? iou : 1, classes: null, limit: 100 }).map((k) => {
    const [name, colour] = raw.names[part.classIds[k]];
    return { row: from + k, box: boxAt(part.boxes, k), text: `${name} ${part.scores[k].toFixed(2)}`, colour, id: 0 };
  });
}

// Boxes of tracks in a frame; `starts` says where each frame's begin.
function tracksOf(raw, tracked, frame) {
  const found = [];
  for (let k = tracked.starts[frame]; k < tracked.starts[frame + 1]; k++) {
    const id = tracked.ids[k], name = raw.names[tracked.classIds[k]]?.[0] ?? '';
    const score = tracked.scores[k] ? ` ${tracked.scores[k].toFixed(2)}` : '';
    found.push({ row: tracked.row[k], box: boxAt(tracked.boxes, k), text: `#${id} ${name}${score}`, colour: raw.palette[id % raw.palette.length], id });
  }
  return found;
}

// Where each frame's rows begin, of `frame` [R] in rising order.
function startsOf(frame, frames) {
  const starts = new Int32Array(frames + 1);
  for (const f of frame) starts[f + 1]++;
  for (let f = 0; f < frames; f++) starts[f + 1] += starts[f];
  return starts;
}

function drawOverlay(ink, raw, objects, { chosen = 0, truth = null }) {
  const pen = Math.max(2, Math.round(Math.max(raw.width, raw.height) / 320)), high = Math.max(15, Math.round(raw.width / 38));
  if (truth) for (const box of truth) strokeBox(ink, scaledTo(raw, box), '#fff', pen, [3 * pen, 2 * pen]);
  for (const one of objects) if (raw.masks && one.row >= 0) drawMask(ink, raw, one);
  for (const one of [...objects].reverse()) {
    strokeBox(ink, scaledTo(raw, one.box), one.colour, one.id && one.id === chosen ? 2 * pen : pen, one.row < 0 ? [2 * pen, 2 * pen] : []);
    if (raw.keypoints && one.row >= 0) drawSkeleton(ink, raw, one, pen);
  }
  for (const one of [...objects].reverse()) drawLabel(ink, raw, one, high);
}

const scaledTo = (raw, box) => Array.from(box, (v, k) => v * raw.scale[k % 2]);

function drawLabel(ink, raw, { box, text, colour }, high) {
  const [x1, y1] = scaledTo(raw, box);
  ink.font = `${Math.round(0.78 * high)}px "Source Sans", sans-serif`;
  const wide = ink.measureText(text).width + 8, left = clamp(x1, 0, Math.max(0, raw.width - wide)), top = y1 < high ? Math.max(0, y1) : y1 - high;
  fillBox(ink, [left, top, left + wide, top + high], colour);
  ink.fillStyle = '#000';
  ink.fillText(text, left + 4, top + 0.78 * high);
}

// How a point moves from where the network saw its box to where the smoothed box is.
function moveOf(raw, { row, box }) {
  const old = boxAt(raw.boxes, row), scale = [0, 1].map((k) => (box[k + 2] - box[k]) / Math.max(1e-6, old[k + 2] - old[k]));
  return (v, k) => (box[k % 2] + (v - old[k % 2]) * scale[k % 2]) * raw.scale[k % 2];
}

// The mask as a small picture of one colour, stretched over its box; steep at its threshold of one half.
function drawMask(ink, raw, one) {
  const [rows, columns] = raw.maskShape, sheet = drawMask.sheet ?? (drawMask.sheet = element('canvas'));
  const values = raw.masks.subarray(one.row * rows * columns, (one.row + 1) * rows * columns);
  const [r, g, b] = [1, 3, 5].map((k) => parseInt(one.colour.slice(k, k + 2), 16));
  paintPixels(sheet, columns, rows, (k) => [r, g, b, clamp(4 * values[k] - 384, 0, 255)]);
  const [x1, y1, x2, y2] = Array.from(boxAt(raw.maskBoxes, one.row), moveOf(raw, one));
  ink.globalAlpha = 0.5;
  ink.drawImage(sheet, x1, y1, x2 - x1, y2 - y1);
  ink.globalAlpha = 1;
}

function drawSkeleton(ink, raw, one, pen) {
  const move = moveOf(raw, one), at = (k) => raw.keypoints.subarray(3 * (one.row * raw.points + k), 3 * (one.row * raw.points + k) + 3);
  ink.strokeStyle = one.colour;
  ink.lineWidth = pen;
  for (const [a, b] of raw.limbs) {
    const [p, q] = [at(a), at(b)];
    if (Math.min(p[2], q[2]) < 0.2) continue;
    ink.beginPath();
    ink.moveTo(move(p[0], 0), move(p[1], 1));
    ink.lineTo(move(q[0], 0), move(q[1], 1));
    ink.stroke();
  }
  for (let k = 0; k < raw.points; k++) {
    const p = at(k);
    if (p[2] >= 0.2) fillDot(ink, move(p[0], 0), move(p[1], 1), 1.2 * pen, one.colour);
  }
}
