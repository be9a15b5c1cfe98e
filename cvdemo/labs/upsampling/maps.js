// Pictures of many cells on a canvas: counts of summands, a flat map stamped, the matrix.
// uses lib/canvas lib/boxes lib/numbers lib/colours upsampling/math

const BELOW = [[255, 250, 240], [176, 92, 0]], ABOVE = [[247, 251, 255], [8, 64, 129]];

function drawCells(canvas, values, { most, side, mark, numbers = true }) {
  const rows = values.length, columns = values[0].length, ink = sharpCanvas(canvas, columns * side, rows * side);
  canvas.style.width = `${columns * side}px`;
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  ink.textAlign = 'center'; ink.textBaseline = 'middle'; ink.font = `${Math.round(side * 0.55)}px sans-serif`;
  values.forEach((line, i) => line.forEach((v, j) => {
    const share = most ? Math.abs(v) / most : 0, [x, y] = [j * side, i * side];
    fillBox(ink, [x, y, x + side, y + side], rgb(onScale(v < 0 ? BELOW : ABOVE, share)));
    if (numbers && side >= 15) {
      ink.fillStyle = share > 0.5 ? '#fff' : '#10151c';
      ink.fillText(String(Math.round(v * 100) / 100), x + side / 2, y + side / 2 + 1);
    }
  }));
  if (mark) {
    const [row, column, high, wide] = mark;
    strokeBox(ink, scaledBox([column, row, column + wide, row + high], side), '#d55e00', Math.max(2, side / 5));
  }
}

// What a map of ones becomes, far from its edges too: how many summands each cell has, and their weights' sum.
const FLAT = 7;
function showFlat(find, lab) {
  const { rows, columns, sources } = transposed([FLAT, FLAT], lab.kernel, lab.layout);
  const over = (read) => Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => read(sources(i, j))));
  const counts = over((s) => s.length), sums = over((s) => s.reduce((sum, one) => sum + one.weight, 0));
  const side = clamp(Math.floor(330 / columns), 6, 22);
  const largest = (grid) => Math.max(...grid.flat().map(Math.abs));
  drawCells(find('.counts'), counts, { most: largest(counts), side });
  drawCells(find('.sums'), sums, { most: largest(sums), side, numbers: false });
  const { stride, dilation } = lab.layout, k = lab.kernel.length;
  const edge = Math.min(Math.ceil((dilation * (k - 1) + 1) / 2) + stride, Math.floor((rows - 1) / 2));
  const inner = [...new Set(counts.slice(edge, rows - edge).flatMap((line) => line.slice(edge, columns - edge)))].sort((a, b) => a - b);
  const even = inner.length === 1;
  find('.verdict').innerHTML = even
    ? `<b>Even.</b> Away from the edge every cell has ${inner[0]} summand${inner[0] === 1 ? '' : 's'}: kernel ${k}, stride ${stride}.`
    : `<b>A checkerboard.</b> Cells have ${inner[0]} to ${inner.at(-1)} summands, in turns: a kernel of ${k} is no multiple of the stride ${stride}.`;
  find('.flat').dataset.even = even;
}

// The convolution's matrix, a row for each cell of the small map; an output cell is a column of it.
function showMatrix(find, lab, found) {
  const h = lab.map.length, w = lab.map[0].length, { rows, columns, sources } = found;
  const matrix = Array.from({ length: h * w }, () => Array(rows * columns).fill(0));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (const s of sources(i, j)) matrix[s.row * w + s.column][i * columns + j] += s.weight;
    }
  }
  const side = clamp(Math.floor(900 / (rows * columns)), 2, 16);
  const mark = [0, lab.at[0] * columns + lab.at[1], h * w, 1];
  drawCells(find('.matrix'), matrix, { most: Math.max(...lab.kernel.flat().map(Math.abs)), side, mark, numbers: false });
  find('.matrix-says').innerHTML = `<b>C</b>, ${h * w} × ${rows * columns}: the convolution that leads from the large map to the small
    one, ${rows * columns} numbers to ${h * w}. This layer multiplies by its transpose, <b>Cᵀ</b>: the cell you point at is a column.`;
}
