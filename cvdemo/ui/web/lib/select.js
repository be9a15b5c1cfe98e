// What Python's `cvdemo.ops.detections.select` keeps of raw detections, in the browser: the same rows in the
// same order. Numbers are float32, as in Python; `classes` is null for all.
// uses lib/boxes
function selectRows({ boxes, scores, classIds }, { score, iou, classes, limit }) {
  const least = Math.fround(score), most = Math.fround(iou);
  const wanted = classes && new Set(classes);
  const order = [...scores.keys()].filter((k) => scores[k] >= least && (!wanted || wanted.has(classIds[k])));
  order.sort((a, b) => scores[b] - scores[a] || a - b);
  if (iou >= 1) return order.slice(0, limit);
  const kept = [], byClass = new Map();
  for (const k of order) {
    if (!byClass.has(classIds[k])) byClass.set(classIds[k], []);
    const better = byClass.get(classIds[k]), box = boxAt(boxes, k);
    if (better.some((other) => boxIou(other, box, Math.fround) > most)) continue;
    better.push(box);
    if (kept.push(k) === limit) break;
  }
  return kept;
}
