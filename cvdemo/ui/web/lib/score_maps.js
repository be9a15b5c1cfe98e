// Heat maps of scores over a picture: a square for each window, around its middle pixel.
// uses lib/canvas lib/colours

// Draws the first `done` cells, row by row; `which` is a class, or -1 for the most probable of each cell.
function drawScoreMap(canvas, { logits, probabilities }, fields, which, opacity, done) {
  const { width, height, window: size, stride, rows, columns, colours, names } = fields;
  sizeCanvas(canvas, width, height);
  const ink = canvas.getContext('2d'), cells = rows * columns;
  ink.clearRect(0, 0, width, height);
  const start = size / 2 - Math.floor(stride / 2); // the middle pixel is the middle of its square
  for (let i = 0; i < Math.min(done, cells); i++) {
    const [r, c] = [Math.floor(i / columns), i % columns];
    const share = which < 0 ? 1 : probabilities[which * cells + i];
    ink.fillStyle = which < 0 ? rgb(colours[bestClass(logits, cells, i, names.length)]) : heat(share);
    ink.globalAlpha = which < 0 ? opacity : opacity * (0.25 + 0.75 * share);
    ink.fillRect(start + c * stride, start + r * stride, stride, stride);
  }
  ink.globalAlpha = 1;
}

function bestClass(logits, cells, i, classes) {
  let best = 0;
  for (let k = 1; k < classes; k++) if (logits[k * cells + i] > logits[best * cells + i]) best = k;
  return best;
}
