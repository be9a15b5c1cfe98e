// The twin of `cvdemo.ops.roi_bins` and `cvdemo.ops.roi` for one map { values, rows, columns }; Python is the
// reference, and a browser test holds this to it at 1e-6. RoIs are [x1, y1, x2, y2] in pixels.
// uses lib/boxes lib/numbers

// The nearest whole number, halves away from 0.
const rounded = (v) => Math.sign(v) * Math.floor(Math.abs(v) + 0.5);

// Cells of RoI pooling (`last` 1: the lower right corner's cell belongs to it) or of position-sensitive pooling
// (`last` 0, and the map's last row and column are left out). Ranges end before their second number.
function cellBins(roi, bins, map, stride, last) {
  const exact = roi.map((v) => v / stride), cells = exact.map(rounded);
  const ends = [2, 3].map((k) => (last ? cells[k] + 1 : Math.max(cells[k], cells[k - 2] + 1)));
  const whole = [cells[0], cells[1], ...ends];
  const axis = (k, count) => ranges(whole[k], whole[k + 2] - whole[k], bins, count - (last ? 0 : 1));
  return { exact, whole, columns: axis(0, map.columns), rows: axis(1, map.rows) };
}

function ranges(start, length, bins, cells) {
  const step = length / bins, cut = (v) => clamp(v + start, 0, cells);
  return Array.from({ length: bins }, (_, k) => [cut(Math.floor(k * step)), cut(Math.ceil((k + 1) * step))]);
}

// Sampling points of RoIAlign; a cell's value stands at its number. `ratio` -1 takes as many as there are cells.
function alignBins(roi, bins, map, stride, ratio, aligned) {
  const [x1, y1, x2, y2] = roi.map((v) => v / stride - (aligned ? 0.5 : 0));
  const length = (a, b) => Math.max(b - a, aligned ? 0 : 1);
  return { columns: samples(x1, length(x1, x2), bins, map.columns, ratio), rows: samples(y1, length(y1, y2), bins, map.rows, ratio) };
}

function samples(start, length, bins, cells, ratio) {
  const step = length / bins, count = ratio > 0 ? ratio : Math.ceil(step);
  const edges = [...Array.from({ length: bins }, (_, k) => start + k * step), start + length];
  const points = Array.from({ length: bins }, (_, k) => Array.from({ length: count }, (_, n) => {
    const place = start + k * step + ((n + 0.5) * step) / count;
    const on = clamp(place, 0, cells - 1), low = Math.floor(on);
    return { place, low, high: Math.min(low + 1, cells - 1), share: on - low, inside: place >= -1 && place <= cells };
  }));
  return { edges, points };
}

// The greatest value of a bin's cells and where it stands; 0 and nowhere if the bin has none.
function greatest(map, [top, bottom], [left, right]) {
  let best = { value: 0, row: -1, column: -1 };
  for (let r = top; r < bottom; r++) {
    for (let c = left; c < right; c++) {
      const value = map.values[r * map.columns + c];
      if (best.row < 0 || value > best.value) best = { value, row: r, column: c };
    }
  }
  return best;
}

function average(map, [top, bottom], [left, right]) {
  let sum = 0;
  for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) sum += map.values[r * map.columns + c];
  return bottom > top && right > left ? sum / ((bottom - top) * (right - left)) : 0;
}

// One sample's four cells, with their weights and values.
function neighbours(map, y, x) {
  const there = y.inside && x.inside ? 1 : 0;
  return [[y.low, 1 - y.share], [y.high, y.share]].flatMap(([row, v]) => [[x.low, 1 - x.share], [x.high, x.share]].map(
    ([column, w]) => ({ row, column, weight: there * v * w, value: map.values[row * map.columns + column] })));
}

// The mean of a bin's bilinear samples.
function sampled(map, rows, columns) {
  let sum = 0;
  for (const y of rows) for (const x of columns) for (const n of neighbours(map, y, x)) sum += n.weight * n.value;
  return rows.length && columns.length ? sum / (rows.length * columns.length) : 0;
}

const gridOf = (bins, read) => Array.from({ length: bins }, (_, i) => Array.from({ length: bins }, (_, j) => read(i, j)));

// All that comes out for one RoI, with the bins it came from.
function pooledAll(lab, roi) {
  const { map, maps, size, stride, ratio, aligned, votes } = lab;
  const pool = cellBins(roi, size, map, stride, 1), align = alignBins(roi, size, map, stride, ratio, aligned);
  const vote = cellBins(roi, votes.bins, maps[0], votes.stride, 0);
  const best = gridOf(size, (i, j) => greatest(map, pool.rows[i], pool.columns[j]));
  return {
    bins: { pool, align, vote }, best,
    pool: best.map((line) => line.map((b) => b.value)),
    align: gridOf(size, (i, j) => sampled(map, align.rows.points[i], align.columns.points[j])),
    votes: gridOf(votes.bins, (i, j) => average(maps[i * votes.bins + j], vote.rows[i], vote.columns[j])),
    moved: pool.whole.map((v, k) => (v - pool.exact[k]) * stride),
    iou: boxIou(pool.exact, pool.whole),
  };
}
