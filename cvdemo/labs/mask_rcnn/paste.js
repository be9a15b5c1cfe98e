// A mask painted over a view of the picture.
// uses lib/masks

// Paints where the mask, stretched over its box, is at least the threshold (above 0), within a view [x1, y1, x2, y2]
// of width x height pixels: pale inside, strong where it ends. Returns the number of pixels within.
function paintMask(ink, { mask, size, box, view, threshold, colour }) {
  const { width, height } = ink.canvas, image = ink.getImageData(0, 0, width, height), out = image.data;
  const sides = [width / (view[2] - view[0]), height / (view[3] - view[1])];
  const place = box.map((v, k) => (v - view[k % 2]) * sides[k % 2]);
  const { left, top, wide, values } = pasteMask({ values: mask, rows: size, columns: size }, place, width, height);
  const inside = new Uint8Array(width * height);
  let count = 0;
  values.forEach((value, i) => {
    if (value < threshold) return;
    inside[(top + Math.floor(i / wide)) * width + left + (i % wide)] = 1;
    count++;
  });
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
