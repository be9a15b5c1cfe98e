// A mask of cells over a box, read at any place: `cvdemo.ops.masks.paste_patch` is the reference.

// The probability at (x, y) of a mask [size * size] stretched over a box; 0 beyond half a cell outside.
function maskAt(mask, size, [x1, y1, x2, y2], x, y) {
  const column = (x - x1) / (x2 - x1) * size - 0.5, row = (y - y1) / (y2 - y1) * size - 0.5;
  const left = Math.floor(column), top = Math.floor(row), across = column - left, down = row - top;
  const cell = (r, c) => (r < 0 || c < 0 || r >= size || c >= size ? 0 : mask[r * size + c]);
  return (1 - down) * ((1 - across) * cell(top, left) + across * cell(top, left + 1))
    + down * ((1 - across) * cell(top + 1, left) + across * cell(top + 1, left + 1));
}

// Paints where the mask is at least the threshold over a view [x1, y1, x2, y2] of width x height pixels: pale
// inside, strong where it ends. Returns the number of pixels within.
function paintMask(ink, { mask, size, box, view, threshold, colour }) {
  const { width, height } = ink.canvas, image = ink.getImageData(0, 0, width, height), out = image.data;
  const inside = new Uint8Array(width * height);
  const sx = (view[2] - view[0]) / width, sy = (view[3] - view[1]) / height;
  let count = 0;
  for (let j = 0, i = 0; j < height; j++) {
    for (let k = 0; k < width; k++, i++) {
      inside[i] = maskAt(mask, size, box, view[0] + (k + 0.5) * sx, view[1] + (j + 0.5) * sy) >= threshold ? 1 : 0;
      count += inside[i];
    }
  }
  const thick = Math.max(1, Math.round(width / 300));
  for (let j = 0, i = 0; j < height; j++) {
    for (let k = 0; k < width; k++, i++) {
      if (!inside[i]) continue;
      const border = k < thick || j < thick || k >= width - thick || j >= height - thick ? 0
        : !(inside[i - thick] && inside[i + thick] && inside[i - thick * width] && inside[i + thick * width]);
      const share = border ? 1 : 0.4, p = 4 * i;
      for (let n = 0; n < 3; n++) out[p + n] = out[p + n] * (1 - share) + (border ? 255 : colour[n]) * share;
    }
  }
  ink.putImageData(image, 0, 0);
  return count;
}
