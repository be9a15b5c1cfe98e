// Where a word looks: the picture, dark where the word's attention is low, and boxes of objects that are lit.
// uses lib/dom lib/canvas lib/pictures
const SHADE = [8, 12, 18], DARKEST = 0.72, TRUE = '#009e73', FALSE = '#d55e00';

// The attention of word `k`: `rows` x `columns` numbers that sum to one; null where the net has none.
function attentionOf({ attention, fields }, k) {
  if (!fields.grid || k >= fields.words.length - 1) return null;
  const size = fields.grid[0] * fields.grid[1];
  return attention.subarray(k * size, (k + 1) * size);
}

// A canvas of a pixel for each cell, the more opaque the less attention the cell has.
function shadeOf(map, [rows, columns]) {
  const canvas = element('canvas'), most = Math.max(...map) || 1;
  paintPixels(canvas, columns, rows, (i) => [...SHADE, 255 * DARKEST * (1 - Math.sqrt(map[i] / most))]);
  return canvas;
}

// The picture over the whole canvas under the shade of word `k`, or clear.
function paintSpotlight(ink, lab, k, wide, high) {
  if (!isLoaded(lab.image)) return;
  ink.drawImage(lab.image, 0, 0, wide, high);
  const map = attentionOf(lab, k);
  if (!map) return;
  ink.imageSmoothingQuality = 'high';
  const [across, down] = lab.fields.covers; // the cells reach beyond the picture, right and below
  ink.drawImage(lab.shades[k] ?? (lab.shades[k] = shadeOf(map, lab.fields.grid)), 0, 0, wide * across, high * down);
}

// The middle of the cell with most attention, as shares of the picture's sides.
function peakOf(map, { grid: [rows, columns], covers: [across, down] }) {
  const at = map.indexOf(Math.max(...map));
  return [Math.min(1, (across * ((at % columns) + 0.5)) / columns), Math.min(1, (down * (Math.floor(at / columns) + 0.5)) / rows)];
}

function paintBoard(canvas, lab) {
  const { fields, index } = lab, wide = canvas.parentElement.clientWidth, high = (wide * fields.height) / fields.width;
  const ink = sharpCanvas(canvas, wide, high), map = attentionOf(lab, index);
  canvas.style.height = `${high}px`;
  paintSpotlight(ink, lab, lab.lit ? fields.words.length : index, wide, high);
  if (lab.lit) {
    const colour = lab.lit.true ? TRUE : FALSE, unit = wide / fields.width;
    for (const box of lab.lit.boxes) {
      strokeBox(ink, box.map((v) => v * unit), '#10151c', 7);
      strokeBox(ink, box.map((v) => v * unit), colour, 4, lab.lit.true ? [] : [10, 6]);
    }
  } else if (map) {
    const [x, y] = peakOf(map, fields);
    for (const [colour, thick] of [['#10151c', 5], ['#ffffff', 2.5]]) {
      Object.assign(ink, { strokeStyle: colour, lineWidth: thick });
      ink.beginPath();
      ink.arc(x * wide, y * high, 10, 0, 2 * Math.PI);
      ink.stroke();
    }
  }
}

function paintThumb(canvas, lab, k) {
  const { fields } = lab, wide = 120, high = Math.round((wide * fields.height) / fields.width);
  sizeCanvas(canvas, wide, high);
  const ink = canvas.getContext('2d');
  ink.imageSmoothingQuality = 'high';
  paintSpotlight(ink, lab, k, wide, high);
}
