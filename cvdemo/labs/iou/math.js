// The twin of `cvdemo.ops.iou` for one pair of boxes [x1, y1, x2, y2]; Python is the reference, and a
// browser test holds this to it at 1e-6.
function overlapOf(a, b) {
  const EPS = 1e-7; // as in cvdemo.ops.iou
  const side = (i) => Math.max(0, Math.min(a[i + 2], b[i + 2]) - Math.max(a[i], b[i]));
  const hullSide = (i) => Math.max(a[i + 2], b[i + 2]) - Math.min(a[i], b[i]);
  const size = (box) => [box[2] - box[0], box[3] - box[1]];
  const area = (box) => (box[2] - box[0]) * (box[3] - box[1]);
  const ratio = (part, whole) => (whole > 0 ? part / whole : 0);
  const intersection = side(0) * side(1);
  const union = area(a) + area(b) - intersection;
  const hull = hullSide(0) * hullSide(1);
  const iou = ratio(intersection, union);
  const giou = iou - ratio(hull - union, hull);
  const d2 = [0, 1].reduce((sum, i) => sum + ((a[i] + a[i + 2] - b[i] - b[i + 2]) / 2) ** 2, 0);
  const c2 = hullSide(0) ** 2 + hullSide(1) ** 2;
  const diou = iou - d2 / (c2 + EPS);
  const [wa, ha] = size(a), [wb, hb] = size(b);
  const v = (4 / Math.PI ** 2) * (Math.atan2(wa, ha) - Math.atan2(wb, hb)) ** 2;
  const alpha = v / (1 - iou + v + EPS);
  const ciou = diou - alpha * v;
  return { intersection, union, hull, d2, c2, v, alpha, iou, giou, diou, ciou };
}
