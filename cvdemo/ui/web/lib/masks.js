// Masks of objects pasted where they belong; `cvdemo.ops.masks.paste_patch` is the reference, and a browser test
// holds this to it.

// A mask of rows x columns numbers in 0..1 stretched over a box [x1, y1, x2, y2], at the pixels of a picture of
// width x height: { left, top, wide, high, values }. Pixels' centres read it bilinearly, outside it is 0.
function pasteMask({ values, rows, columns }, [x1, y1, x2, y2], width, height) {
  const down = maskReach(y1, y2, rows, height), across = maskReach(x1, x2, columns, width);
  const wide = across.cell.length, high = down.cell.length, pasted = new Float32Array(wide * high);
  const line = new Float64Array(columns + 2); // a row between two rows of cells, with a 0 at both ends
  for (let y = 0, k = 0; y < high; y++) {
    const above = (down.cell[y] - 1) * columns, share = down.share[y];
    const first = down.cell[y] > 0, second = down.cell[y] < rows;
    for (let c = 0; c < columns; c++) {
      line[c + 1] = (first ? values[above + c] * (1 - share) : 0) + (second ? values[above + columns + c] * share : 0);
    }
    for (let x = 0; x < wide; x++, k++) {
      const c = across.cell[x], s = across.share[x];
      pasted[k] = line[c] * (1 - s) + line[c + 1] * s;
    }
  }
  return { left: across.from, top: down.from, wide, high, values: pasted };
}

// The pixels that a stretched axis reaches: each lies `share` of the way from a cell to the next. Cells count from 1.
function maskReach(low, high, cells, pixels) {
  if (high <= low) return { from: 0, cell: new Int32Array(0), share: new Float64Array(0) };
  const margin = (high - low) / cells / 2; // the border fades to 0 over half a cell
  const from = Math.min(Math.max(0, Math.floor(low - margin)), pixels);
  const count = Math.min(Math.max(from, Math.ceil(high + margin)), pixels) - from;
  const cell = new Int32Array(count), share = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const place = Math.max(0, Math.min(cells + 1, ((from + k + 0.5 - low) / (high - low)) * cells + 0.5));
    cell[k] = Math.min(Math.floor(place), cells);
    share[k] = place - cell[k];
  }
  return { from, cell, share };
}

// How many connected parts (pixels that share a side) each value of a map of width x height has: a Map by value.
function countParts(map, width, height) {
  const parent = new Int32Array(map.length), parts = new Map();
  const root = (k) => { while (parent[k] !== k) k = parent[k] = parent[parent[k]]; return k; };
  for (let y = 0, k = 0; y < height; y++) for (let x = 0; x < width; x++, k++) {
    const value = map[k], left = x > 0 && map[k - 1] === value, up = y > 0 && map[k - width] === value;
    parent[k] = left ? parent[k - 1] : up ? parent[k - width] : k;
    if (!left && !up) parts.set(value, (parts.get(value) ?? 0) + 1);
    if (!left || !up || parent[k - 1] === parent[k - width]) continue;
    const [one, other] = [root(k - 1), root(k - width)];
    if (one === other) continue;
    parent[Math.max(one, other)] = Math.min(one, other);
    parts.set(value, parts.get(value) - 1);
  }
  return parts;
}
