// Anchors of all levels stand one after another: level by level, cell by cell along the rows, kind by kind.
// uses lib/boxes
function rowOf(level, r, c, kind) {
  return level.first + (r * level.columns + c) * level.kinds.length + kind;
}

// Where the anchor of a row stands: number of its level, row and column of its cell, its kind.
function placeOf(levels, row) {
  const k = levels.findLastIndex((level) => level.first <= row), { first, columns, kinds } = levels[k];
  const cell = Math.floor((row - first) / kinds.length);
  return { level: k, r: Math.floor(cell / columns), c: cell % columns, kind: (row - first) % kinds.length };
}

// A stage's anchors by what became of them, the least likely first, so that the likeliest is drawn last.
const LEAST_STAGE = [1, 1, 3, 4, 5]; // of anchors, corrected, best, after NMS, proposals
function rowsOf({ lastStage, scores }, stage) {
  const rows = [];
  for (let row = 0; row < lastStage.length; row++) if (lastStage[row] >= LEAST_STAGE[stage]) rows.push(row);
  return rows.sort((a, b) => scores[a] - scores[b]);
}

// The largest IoU of each true box with any of the boxes.
function bestOverlaps(truth, boxes) {
  return truth.map((t) => boxes.reduce((most, box) => Math.max(most, boxIou(t, box)), 0));
}
