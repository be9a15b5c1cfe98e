// What Python's `cvdemo.ops.detections.select` keeps of raw detections, in the browser: the same rows in the
// same order. Numbers are float32, as in Python; `classes` is null for all.
function selectRows({ boxes, scores, classIds }, { score, iou, classes, limit }) {
  const least = Math.fround(score), most = Math.fround(iou);
  const asked = classes && new Set(classes);
  const order = [...scores.keys()].filter((k) => scores[k] >= least && (!asked || asked.has(classIds[k])));
  order.sort((a, b) => scores[b] - scores[a] || a - b);
  if (iou >= 1) return order.slice(0, limit);
  const kept = [], byClass = new Map();
  for (const k of order) {
    if (!byClass.has(classIds[k])) byClass.set(classIds[k], []);
    const better = byClass.get(classIds[k]);
    if (better.some((other) => overlap(boxes, other, k) > most)) continue;
    better.push(k);
    if (kept.push(k) === limit) break;
  }
  return kept;
}

function overlap(boxes, i, j) {
  const f = Math.fround, a = boxes.subarray(4 * i, 4 * i + 4), b = boxes.subarray(4 * j, 4 * j + 4);
  const width = f(Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = f(Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  if (width <= 0 || height <= 0) return 0;
  const area = (c) => f(f(c[2] - c[0]) * f(c[3] - c[1]));
  const shared = f(width * height);
  return f(shared / f(f(area(a) + area(b)) - shared));
}
