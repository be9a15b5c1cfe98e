// What the outputs of a stack of layers [kernel, stride, dilation] see, along one axis.
// Rows go from the input (0) to the outputs; cell i of row l stands over input pixel `place(l, i)`.
// uses lib/colours lib/numbers
function stackOf(layers, outputs) {
  const cells = [outputs];
  const jumps = [1];
  layers.forEach(([, stride], l) => jumps.push(jumps[l] * stride));
  for (const [kernel, stride, dilation] of layers.toReversed()) {
    cells.unshift((cells[0] - 1) * stride + dilation * (kernel - 1) + 1);
  }
  const offsets = [0];
  layers.forEach(([kernel, , dilation], l) => offsets.push(offsets[l] + jumps[l] * dilation * (kernel - 1) / 2));
  return { layers, cells, jumps, place: (l, i) => offsets[l] + i * jumps[l] };
}

// By how many ways cell `index` of row `row` reaches the cells of every row below: an array of Maps, by row.
function waysDown({ layers }, row, index) {
  const ways = Array.from({ length: row + 1 }, () => new Map());
  ways[row].set(index, 1);
  for (let l = row; l > 0; l--) {
    const [kernel, stride, dilation] = layers[l - 1];
    for (const [i, count] of ways[l]) {
      for (let tap = 0; tap < kernel; tap++) {
        const at = i * stride + tap * dilation;
        ways[l - 1].set(at, (ways[l - 1].get(at) ?? 0) + count);
      }
    }
  }
  return ways;
}

// As many outputs as fit a readable row, an odd number where more than two do.
function outputsThatFit(field, stride, widest = 45) {
  const most = clamp(1 + Math.floor((widest - field) / stride), 1, 15);
  return Math.max(3, most % 2 ? most : most - 1);
}

// The colour of a count: from pale to dark as it grows from 1 to the most.
const COUNTS = [[253, 231, 176], [245, 177, 61], [213, 94, 0], [122, 31, 87]];
const countColour = (count, most) => onScale(COUNTS, most > 1 ? Math.log(count) / Math.log(most) : 1 / 3);
