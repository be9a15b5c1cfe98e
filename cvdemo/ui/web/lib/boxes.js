// Boxes [x1, y1, x2, y2]; `cvdemo.ops.iou` is the reference, and a browser test holds this to it.

// Box `row` of a flat array of boxes, without a copy.
function boxAt(boxes, row) {
  return boxes.subarray(4 * row, 4 * row + 4);
}

function scaledBox(box, scale) {
  return Array.from(box, (v) => v * scale);
}

function boxContains([x1, y1, x2, y2], [x, y]) {
  return x1 <= x && x <= x2 && y1 <= y && y <= y2;
}

// What two boxes share; without size where they do not overlap.
function boxIntersection(a, b) {
  const [x1, y1] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  return [x1, y1, Math.max(x1, Math.min(a[2], b[2])), Math.max(y1, Math.min(a[3], b[3]))];
}

// The smallest box around both.
function boxHull(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

// `round` is applied to every difference and product: Math.fround computes in float32.
const unrounded = (v) => v;
function boxArea([x1, y1, x2, y2], round = unrounded) {
  return round(round(x2 - x1) * round(y2 - y1));
}

// Intersection over union, 0..1; 0 where both are without size.
function boxIou(a, b, round = unrounded) {
  const shared = boxArea(boxIntersection(a, b), round);
  const union = round(round(boxArea(a, round) + boxArea(b, round)) - shared);
  return union > 0 ? round(shared / union) : 0;
}
