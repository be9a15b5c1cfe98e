// What the two pictures of the CRF page show: labels, kernels around a pixel, indecision, errors.
// uses lib/canvas lib/colours

// The weight of every other pixel's message to pixel `spot`: `kernel_weights` of cvdemo.ops.crf_kernels, 0..1.
function crfWeights(picture, width, height, spot, sxy, srgb) {
  const weights = new Float32Array(width * height), at = 3 * (spot.y * width + spot.x);
  const place = -0.5 / sxy ** 2, colour = srgb === null ? 0 : -0.5 / srgb ** 2;
  const [r, g, b] = picture.subarray(at, at + 3);
  for (let y = 0, i = 0; y < height; y++) {
    const rows = (y - spot.y) ** 2;
    for (let x = 0; x < width; x++, i++) {
      const far = (x - spot.x) ** 2 + rows, p = 3 * i;
      const apart = (picture[p] - r) ** 2 + (picture[p + 1] - g) ** 2 + (picture[p + 2] - b) ** 2;
      weights[i] = Math.exp(place * far + colour * apart);
    }
  }
  return weights;
}

// Dark violet over red to yellow, for shares of 0..1 (in the manner of matplotlib's inferno).
const CRF_HEAT = [[10, 7, 34], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];
const CRF_HEATS = Array.from({ length: 256 }, (_, i) => onScale(CRF_HEAT, i / 255));

// The labels of a step over the picture; pixels whose label is new are lit.
function crfLabels(canvas, d, step) {
  const { width, height, colours, wrong } = d.fields, size = width * height, from = step * size;
  paintPixels(canvas, width, height, (i) => {
    const label = d.labels[from + i];
    if (step && d.labels[from - size + i] !== label) return wrong;
    const c = colours[label], p = 3 * i;
    return [0, 1, 2].map((k) => 0.35 * d.picture[p + k] + 0.65 * c[k]);
  });
}

const CRF_VIEWS = {
  appearance: (canvas, d, step, spot) => crfListens(canvas, d, spot, 'sxy', true),
  smoothness: (canvas, d, step, spot) => crfListens(canvas, d, spot, 'smooth_sxy', false),
  doubt: (canvas, d, step) => {
    const { width, height } = d.fields, from = step * width * height;
    paintPixels(canvas, width, height, (i) => CRF_HEATS[d.entropy[from + i]]);
  },
  errors: (canvas, d, step) => {
    const { width, height, wrong } = d.fields, from = step * width * height;
    paintPixels(canvas, width, height, (i) => {
      if (d.labels[from + i] !== d.truth[i]) return wrong;
      const p = 3 * i, grey = 127 + (d.picture[p] + d.picture[p + 1] + d.picture[p + 2]) / 6;
      return [grey, grey, grey];
    });
  },
};

function crfListens(canvas, d, spot, width, colour) {
  const { fields } = d, { kernels } = fields;
  d.weights = crfWeights(d.picture, fields.width, fields.height, spot, kernels[width], colour ? kernels.srgb : null);
  paintPixels(canvas, fields.width, fields.height, (i) => {
    const heat = CRF_HEATS[Math.round(255 * d.weights[i])], p = 3 * i;
    const grey = (d.picture[p] + d.picture[p + 1] + d.picture[p + 2]) / 3;
    return heat.map((v) => 0.85 * v + 0.15 * grey);
  });
}

// Whom the pixel hears: the share of the kernel's weight by the labels of a step, the largest first.
function crfVotes(d, step) {
  const size = d.fields.width * d.fields.height, votes = new Map();
  let total = 0;
  for (let i = 0; i < size; i++) {
    const label = d.labels[step * size + i];
    votes.set(label, (votes.get(label) ?? 0) + d.weights[i]);
    total += d.weights[i];
  }
  return [...votes].map(([label, sum]) => [label, sum / total]).sort((a, b) => b[1] - a[1]).slice(0, 4);
}
