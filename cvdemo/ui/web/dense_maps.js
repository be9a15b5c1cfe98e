// Heat maps of scores over a picture: a square for each window, around its middle pixel.

// Probabilities [K][cells] of logits that lie class after class.
function softmaxed(logits, classes) {
  const cells = logits.length / classes, out = new Float32Array(logits.length);
  for (let i = 0; i < cells; i++) {
    let most = -Infinity, sum = 0;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[k * cells + i]);
    for (let k = 0; k < classes; k++) sum += out[k * cells + i] = Math.exp(logits[k * cells + i] - most);
    for (let k = 0; k < classes; k++) out[k * cells + i] /= sum;
  }
  return out;
}

// Draws the first `done` cells, row by row; `which` is a class, or -1 for the most probable of each cell.
function drawHeat(canvas, side, fields, which, opacity, done) {
  const { width, height, window: size, stride, rows, columns, colours, names } = fields;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const ink = canvas.getContext('2d'), cells = rows * columns;
  ink.clearRect(0, 0, width, height);
  const start = size / 2 - Math.floor(stride / 2); // the middle pixel is the middle of its square
  for (let i = 0; i < Math.min(done, cells); i++) {
    const [r, c] = [Math.floor(i / columns), i % columns];
    let k = which, share;
    if (which < 0) { k = bestOf(side.logits, cells, i, names.length); share = 1; } else share = side.probabilities[k * cells + i];
    ink.fillStyle = which < 0 ? `rgb(${colours[k].join()})` : heat(share);
    ink.globalAlpha = which < 0 ? opacity : opacity * (0.25 + 0.75 * share);
    ink.fillRect(start + c * stride, start + r * stride, stride, stride);
  }
  ink.globalAlpha = 1;
}

function bestOf(logits, cells, i, classes) {
  let best = 0;
  for (let k = 1; k < classes; k++) if (logits[k * cells + i] > logits[best * cells + i]) best = k;
  return best;
}
