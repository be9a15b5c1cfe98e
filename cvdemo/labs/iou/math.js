// The twin of `cvdemo.ops.iou` for one pair of boxes [x1, y1, x2, y2]; Python is the reference, and a
// browser test holds this to it at 1e-6.
// uses lib/boxes
function overlapOf(a, b) {
  const EPS = 1e-7; // as in cvdemo.ops.iou
  const ratio = (part, whole) => (whole > 0 ? part / whole : 0);
  const around = boxHull(a, b), hull = boxArea(around);
  const intersection = boxArea(boxIntersection(a, b)), union = boxArea(a) + boxArea(b) - intersection;
  const iou = boxIou(a, b), giou = iou - ratio(hull - union, hull);
  const d2 = [0, 1].reduce((sum, i) => sum + ((a[i] + a[i + 2] - b[i] - b[i + 2]) / 2) ** 2, 0);
  const c2 = (around[2] - around[0]) ** 2 + (around[3] - around[1]) ** 2;
  const diou = iou - d2 / (c2 + EPS);
  const angle = ([x1, y1, x2, y2]) => Math.atan2(x2 - x1, y2 - y1);
  const v = (4 / Math.PI ** 2) * (angle(a) - angle(b)) ** 2;
  const alpha = v / (1 - iou + v + EPS), ciou = diou - alpha * v;
  return { intersection, union, hull, d2, c2, v, alpha, iou, giou, diou, ciou };
}
