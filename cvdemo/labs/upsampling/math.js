// The twin of `cvdemo.ops.upsampling` and `cvdemo.ops.transposed` for one map; Python is the reference, and a
// browser test holds this to it at 1e-6. Every way is told by its sources: `sources(i, j)` lists the summands of
// an output cell as { row, column, weight }, with the weight's own place { u, v } where there is a kernel.
function upsampled(lab) {
  const { way, map, kernel, layout, factor, corners, before } = lab;
  const h = map.length, w = map[0].length;
  const found = { transposed: () => transposed([h, w], kernel, layout), nearest: () => nearest(h, w, factor),
    bilinear: () => bilinear(h, w, factor, corners), nails: () => nails(h, w, factor),
    unpooling: () => unpooled(before, factor) }[way]();
  const { rows, columns, sources } = found;
  const output = Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => (
    sources(i, j).reduce((sum, s) => sum + map[s.row][s.column] * s.weight, 0))));
  return { ...found, output };
}

function nearest(h, w, factor) {
  const sources = (i, j) => [{ row: Math.floor(i / factor), column: Math.floor(j / factor), weight: 1 }];
  return { rows: h * factor, columns: w * factor, sources };
}

function nails(h, w, factor) {
  const sources = (i, j) => (i % factor || j % factor ? [] : [{ row: i / factor, column: j / factor, weight: 1 }]);
  return { rows: h * factor, columns: w * factor, sources };
}

function bilinear(h, w, factor, corners) {
  const [down, across] = [h, w].map((n) => linearWeights(n, n * factor, corners));
  const sources = (i, j) => down[i].flatMap(([row, a]) => across[j].map(([column, b]) => ({ row, column, weight: a * b })));
  return { rows: h * factor, columns: w * factor, sources };
}

// Along one axis, for each output cell the input cells with their shares, those of nothing left out.
function linearWeights(inputs, outputs, corners) {
  return Array.from({ length: outputs }, (_, k) => {
    const place = corners ? (k * (inputs - 1)) / Math.max(outputs - 1, 1)
      : Math.min(Math.max(((k + 0.5) * inputs) / outputs - 0.5, 0), inputs - 1);
    const left = Math.min(Math.floor(place), Math.max(inputs - 2, 0)), share = place - left;
    return [[left, 1 - share], [left + 1, share]].filter(([, weight]) => weight > 0);
  });
}

// Max pooling: the largest value of every factor x factor cells and where it stood; the first wins a tie.
function pooled(before, factor) {
  const size = [before.length / factor, before[0].length / factor].map(Math.floor);
  return Array.from({ length: size[0] }, (_, r) => Array.from({ length: size[1] }, (_, c) => {
    let best = null;
    for (let i = r * factor; i < (r + 1) * factor; i++) {
      for (let j = c * factor; j < (c + 1) * factor; j++) {
        if (!best || before[i][j] > best.value) best = { value: before[i][j], row: i, column: j };
      }
    }
    return best;
  }));
}

function unpooled(before, factor) {
  const kept = pooled(before, factor), places = new Map();
  kept.forEach((line, row) => line.forEach((best, column) => (
    places.set(`${best.row},${best.column}`, { row, column, weight: 1 }))));
  const sources = (i, j) => [places.get(`${i},${j}`)].filter(Boolean);
  return { rows: before.length, columns: before[0].length, sources, kept };
}

function transposed([h, w], kernel, { stride, padding, output_padding, dilation }) {
  const sides = [kernel.length, kernel[0].length];
  const out = (n, k) => (n - 1) * stride - 2 * padding + dilation * (k - 1) + output_padding + 1;
  const feeders = (place, cells, side) => Array.from({ length: side }, (_, u) => (
    [u, (place + padding - u * dilation) / stride])).filter(([, cell]) => Number.isInteger(cell) && cell >= 0 && cell < cells);
  const sources = (i, j) => feeders(i, h, sides[0]).flatMap(([u, row]) => feeders(j, w, sides[1]).map(
    ([v, column]) => ({ row, column, weight: kernel[u][v], u, v })));
  return { rows: out(h, sides[0]), columns: out(w, sides[1]), sources };
}
