// Precision, recall and AP along a list of detections; the Python of cvdemo/metrics/ap.py is the reference.

// outcomes: "1" right, "0" wrong, "2" ignored, by descending score; positives: truths to be found.
function prCurve(outcomes, positives) {
  const n = outcomes.length;
  const c = { n, positives, tp: new Uint32Array(n), fp: new Uint32Array(n),
    precision: new Float64Array(n), recall: new Float64Array(n), envelope: new Float64Array(n) };
  for (let i = 0, tp = 0, fp = 0; i < n; i++) {
    tp += outcomes[i] === '1'; fp += outcomes[i] === '0';
    c.tp[i] = tp; c.fp[i] = fp;
    c.precision[i] = tp + fp ? tp / (tp + fp) : 0;
    c.recall[i] = tp / positives;
  }
  return c;
}

// The curve cut after detection i: its envelope (written to c.envelope), its three APs and their samples.
function apsUpTo(c, i, levels) {
  let top = 0, area = 0;
  for (let j = i; j >= 0; j--) {
    top = Math.max(top, c.precision[j]);
    c.envelope[j] = top;
    area += (c.recall[j] - (j ? c.recall[j - 1] : 0)) * top;
  }
  const read = (level) => {
    const first = firstWhere(i + 1, (j) => c.recall[j] >= level);
    return first <= i ? c.envelope[first] : 0;
  };
  const eleven = levels[0].map(read), hundredone = levels[1].map(read);
  const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
  return { aps: [area, mean(eleven), mean(hundredone)], samples: [null, eleven, hundredone] };
}

// Positions 0..i that a chart some hundred pixels wide can tell apart: of each column of recall the first,
// the highest, the lowest and the last.
function thinned(c, i, columns = 500) {
  if (i < 1500) return Array.from({ length: i + 1 }, (_, j) => j);
  const kept = [];
  for (let j = 0; j <= i;) {
    const column = Math.floor(c.recall[j] * columns), first = j;
    let high = j, low = j;
    for (; j <= i && Math.floor(c.recall[j] * columns) === column; j++) {
      if (c.precision[j] > c.precision[high]) high = j;
      if (c.precision[j] < c.precision[low]) low = j;
    }
    kept.push(...[...new Set([first, high, low, j - 1])].sort((a, b) => a - b));
  }
  return kept;
}

// How many of the falling scores are at or above a threshold.
function keptAt(scores, threshold) {
  return firstWhere(scores.length, (j) => scores[j] < threshold);
}

// The first of 0 … count - 1 for which `test` holds, and with it for all after it; count if it holds for none.
function firstWhere(count, test) {
  let low = 0, high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle; else low = middle + 1;
  }
  return low;
}
