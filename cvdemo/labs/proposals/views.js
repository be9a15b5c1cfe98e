// What the two pictures of the Region proposals page show: regions, the two that merge, boxes.
// uses lib/canvas lib/boxes

const REGION_A = [230, 159, 0], REGION_B = [0, 114, 178], NEWBORN = '#f0e442';

// Which region each segment belongs to once so many merges are done: its ancestor below `segments + merges`.
function ownersAfter(d, merges) {
  const end = d.fields.segments + merges, owner = new Uint32Array(d.fields.segments);
  for (let k = 0; k < owner.length; k++) {
    let region = k;
    while (d.child[region] < end) region = d.child[region];
    owner[k] = region;
  }
  return owner;
}

// The same for a level: the ancestor that is of this level or below.
function ownersAtLevel(d, level) {
  const owner = new Uint32Array(d.fields.segments);
  for (let k = 0; k < owner.length; k++) {
    let region = k;
    while (d.child[region] < d.levels.length && d.levels[d.child[region]] <= level) region = d.child[region];
    owner[k] = region;
  }
  return owner;
}

// The mean colour of every region, segments first: sums of the two that merged.
function meanColours(d) {
  const { segments, merges } = d.fields, sums = new Float64Array(3 * (segments + merges));
  for (let i = 0; i < d.labels.length; i++) for (let c = 0; c < 3; c++) sums[3 * d.labels[i] + c] += d.picture[3 * i + c];
  for (let m = 0; m < merges; m++) {
    const [a, b, n] = [d.parents[2 * m], d.parents[2 * m + 1], segments + m];
    for (let c = 0; c < 3; c++) sums[3 * n + c] = sums[3 * a + c] + sums[3 * b + c];
  }
  return sums.map((sum, i) => sum / d.sizes[Math.floor(i / 3)]);
}

// A colour of its own for a region, the same as long as it lives; neighbours in number lie far apart in hue.
function ownColour(region) {
  const hue = (region * 0.618034) % 1, value = 0.62 + 0.33 * ((region * 0.381966) % 1);
  return [0, 1, 2].map((c) => {
    const k = (c * 4 + hue * 6) % 6;
    return 255 * value * (1 - 0.62 * Math.max(0, Math.min(k, 4 - k, 1)));
  });
}

// Regions as pixels: `colourOf(region, pixel)`, and a line where the pixel to the right or below is another's;
// without a colour of its own the line is the region's, darker.
function paintRegions(canvas, d, owner, colourOf, line) {
  const { width, height } = d.fields, last = width * height - width;
  paintPixels(d.small, width, height, (i) => {
    const region = owner[d.labels[i]];
    const edge = (i % width < width - 1 && owner[d.labels[i + 1]] !== region)
      || (i < last && owner[d.labels[i + width]] !== region);
    if (!edge) return colourOf(region, i);
    return line ?? Array.from(colourOf(region, i), (v) => 0.5 * v);
  });
  const wide = canvas.getContext('2d');
  wide.imageSmoothingEnabled = false;
  wide.drawImage(d.small, 0, 0, canvas.width, canvas.height);
}

function drawBoxes(canvas, d, regions, colour, thick, alpha = 1) {
  const context = canvas.getContext('2d'), scale = canvas.width / d.fields.width;
  context.globalAlpha = alpha;
  for (const region of regions) {
    const box = scaledBox(boxAt(d.boxes, region), scale);
    if (thick > 2) strokeBox(context, box, '#000', thick + 3);
    strokeBox(context, box, colour, thick);
  }
  context.globalAlpha = 1;
}

const mixed = (d, i, share, tint) => [0, 1, 2].map((c) => (1 - share) * d.picture[3 * i + c] + share * tint[c]);

// Left, a merge: the two regions tinted, the rest pale, the new box.
function drawMerge(canvas, d, step) {
  const [a, b] = [d.parents[2 * step], d.parents[2 * step + 1]];
  paintRegions(canvas, d, ownersAfter(d, step), (region, i) => {
    if (region === a) return mixed(d, i, 0.72, REGION_A);
    if (region === b) return mixed(d, i, 0.72, REGION_B);
    return mixed(d, i, 0.45, [255, 255, 255]);
  }, [70, 70, 70]);
  drawBoxes(canvas, d, [d.fields.segments + step], NEWBORN, 5);
}

// Left, a level: the picture with the boxes of the regions that are born on it.
function drawLevel(canvas, d, level, born) {
  paintRegions(canvas, d, ownersAtLevel(d, level), (region, i) => mixed(d, i, 0.3, [255, 255, 255]), [70, 70, 70]);
  drawBoxes(canvas, d, born, NEWBORN, born.length > 60 ? 2 : 3);
}

const REGION_VIEWS = {
  'mean colours': (canvas, d, owner) => paintRegions(canvas, d, owner, (region) =>
    d.means.subarray(3 * region, 3 * region + 3)),
  'own colours': (canvas, d, owner) => paintRegions(canvas, d, owner, (region) => ownColour(region)),
  'boxes so far': (canvas, d, owner, alive) => {
    paintRegions(canvas, d, owner, (region, i) => mixed(d, i, 0.55, [15, 15, 20]), [15, 15, 20]);
    drawBoxes(canvas, d, alive, '#56b4e9', 1.5, Math.max(0.15, Math.min(0.8, 40 / alive.length)));
  },
};
