// Masks, outlines, boxes, the truth and the background, in pixels of the board.
// uses lib/canvas instances/state
const RIGHT = inkOf('#00c878'), FALSE_MASK = inkOf('#f03c3c'), WHITE = 0xffffffff, BLACK = 0xff000000;

// A canvas of the board's size whose pixels are written as numbers; `show` puts them on it.
function pixelsOf(canvas, width, height) {
  sizeCanvas(canvas, width, height);
  const ink = canvas.getContext('2d');
  if (canvas.image?.width !== width || canvas.image.height !== height) {
    canvas.image = ink.createImageData(width, height);
    canvas.pixels = new Uint32Array(canvas.image.data.buffer);
  }
  canvas.pixels.fill(0);
  return { ink, pixels: canvas.pixels, show: () => ink.putImageData(canvas.image, 0, 0) };
}

function paintFill(canvas, { raw, kept, owner, fields, lit }) {
  const { pixels, show } = pixelsOf(canvas, raw.width, raw.height), semantic = fields.view === 'semantic';
  if (fields.layers.includes('masks')) {
    const inks = Uint32Array.from([0, ...kept.map((one) => (isDim(one, lit) ? 0 : semantic ? one.classInk : one.ink))]);
    for (let k = 0; k < pixels.length; k++) pixels[k] = inks[owner[k]];
  }
  show();
}

const isDim = (one, lit) => lit !== null && !lit.has(one.row);

function paintLines(canvas, lab) {
  const { raw, kept, fields, lit, marks } = lab, { width, height } = raw;
  const { ink, pixels, show } = pixelsOf(canvas, width, height), thick = Math.max(1, Math.round(raw.stroke * raw.scale[0] * (marks ? 1 : 0.6)));
  if (marks) hatchMissed(pixels, lab, marks.missed, thick);
  if (fields.layers.includes('outlines')) {
    if (fields.view === 'semantic') outlineClasses(pixels, lab, thick);
    else for (const one of [...kept].reverse()) {
      if (!isDim(one, lit)) outlineMask(pixels, width, one, marks ? markInk(marks, one) : one.ink, thick);
    }
  }
  const picked = kept.find((one) => one.row === lab.object);
  if (picked) outlineMask(pixels, width, picked, WHITE, 2 * thick);
  show();
  if (fields.layers.includes('boxes')) for (const one of [...kept].reverse()) if (!isDim(one, lit)) drawBox(ink, raw, one, fields.view);
}

function markInk(marks, one) {
  return { right: RIGHT, false: FALSE_MASK }[marks.verdicts[one.row]?.[0]] ?? BLACK;
}

// Pixels of a mask that are less than `thick` from its outside.
function outlineMask(pixels, width, { patch, inside }, ink, thick) {
  const { left, top, wide, high } = patch;
  const out = (x, y) => x < 0 || y < 0 || x >= wide || y >= high || !inside[y * wide + x];
  for (let y = 0, k = 0; y < high; y++) for (let x = 0; x < wide; x++, k++) {
    if (inside[k] && (out(x - thick, y) || out(x + thick, y) || out(x, y - thick) || out(x, y + thick))) {
      pixels[(top + y) * width + left + x] = ink;
    }
  }
}

function outlineClasses(pixels, { raw: { width, height }, classes, kept, ids, lit }, thick) {
  const inks = ids.map((id) => kept.find((one) => one.classId === id)).map((one) => (isDim(one, lit) ? 0 : one.classInk));
  for (let y = 0, k = 0; y < height; y++) for (let x = 0; x < width; x++, k++) {
    const own = classes[k];
    if (!own) continue;
    const other = (dx, dy) => x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height || classes[k + dy * width + dx] !== own;
    if (other(-thick, 0) || other(thick, 0) || other(0, -thick) || other(0, thick)) pixels[k] = inks[own - 1];
  }
}

// Objects of the truth that no mask has found: white stripes.
function hatchMissed(pixels, { truth, raw: { width } }, missed, thick) {
  if (!truth) return;
  const wanted = new Uint8Array(256), period = 8 * thick;
  for (const value of missed) wanted[value] = 1;
  for (let k = 0; k < truth.length; k++) {
    if (wanted[truth[k]]) pixels[k] = (k % width + Math.floor(k / width)) % period < period / 2 ? WHITE : 0x60000000;
  }
}

function drawBox(ink, raw, one, view) {
  const colour = view === 'semantic' ? one.classColour : one.colour, high = raw.label * raw.scale[0];
  strokeBox(ink, one.box, colour, Math.max(1, raw.stroke * raw.scale[0]));
  if (!high) return;
  ink.font = `${high - 8 * raw.scale[0]}px "Source Sans", sans-serif`;
  const text = `${one.name} ${one.score.toFixed(2)}`, wide = ink.measureText(text).width + 8;
  const top = one.box[1] < high ? one.box[1] : one.box[1] - high, left = Math.max(0, Math.min(one.box[0], raw.width - wide));
  fillBox(ink, [left, top, left + wide, top + high], colour);
  ink.fillStyle = '#000';
  ink.fillText(text, left + 4, top + 0.76 * high);
}

// The picture blurred or grey everywhere but in the object that is picked, or in all where none is.
function paintFocus(canvas, lab) {
  const { raw, fields, owner, kept, image } = lab, ways = { blurred: `blur(${raw.width / 80}px)`, grey: 'grayscale(1)' };
  canvas.hidden = !ways[fields.background] || !image.naturalWidth;
  if (canvas.hidden) return;
  const sharp = lab.sharp ?? (lab.sharp = document.createElement('canvas'));
  const { ink: cut, pixels, show } = pixelsOf(sharp, raw.width, raw.height);
  const picked = kept.find((one) => one.row === lab.object);
  if (picked) fillMask(pixels, raw.width, picked, BLACK);
  else for (let k = 0; k < pixels.length; k++) if (owner[k]) pixels[k] = BLACK;
  cut.globalCompositeOperation = 'source-over';
  show();
  cut.globalCompositeOperation = 'source-in';
  cut.drawImage(image, 0, 0, raw.width, raw.height);
  sizeCanvas(canvas, raw.width, raw.height);
  const ink = canvas.getContext('2d');
  ink.filter = ways[fields.background];
  ink.drawImage(image, 0, 0, raw.width, raw.height);
  ink.filter = 'none';
  ink.drawImage(sharp, 0, 0);
}
