// One neuron of the fully connected layer: its row of the weight matrix folds up into a kernel, number by number.
// uses lib/message lib/dom lib/icons lib/canvas lib/numbers lib/colours lib/animate
const W = 1000, H = 330;
const MATRIX = 128, ROW = 60; // heights of the whole matrix and of the row that is taken out

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.fcn-kernel');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpacked(data);
  Object.assign(lab, { fields, weights: parts.weights });
  root.querySelector('.neuron').max = fields.matrix[0];
  lab.draw();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { turn: 0, neuron: 0 };
  find('.turn').oninput = (e) => { stopAnimation(lab); lab.turn = e.target.value / 1000; lab.draw(); };
  find('.neuron').oninput = (e) => {
    lab.neuron = clamp((e.target.valueAsNumber || 1) - 1, 0, lab.fields.matrix[0] - 1);
    lab.draw();
  };
  find('.play').onclick = () => {
    const from = lab.turn > 0.5 ? 1 : 0;
    animate(lab, 3500, (share) => {
      lab.turn = from ? 1 - share : share;
      find('.turn').value = 1000 * lab.turn;
      lab.draw();
    });
  };
  lab.draw = () => {
    drawTurn(find('canvas'), lab);
    const [neurons, inputs] = lab.fields.matrix, [, maps, rows, columns] = lab.fields.kernel;
    find('.says').innerHTML = `<b>As a matrix</b>: ${neurons} × ${inputs}, a row for each neuron.
      <b>As kernels</b>: ${neurons} of ${maps} × ${rows} × ${columns}. ${lab.fields.same ? 'Every weight is the same number' : 'The weights differ'};
      only now they may slide over a larger map.`;
    find('.play').replaceChildren(...(lab.turn > 0.5 ? [icon('left'), ' Flatten'] : [icon('play'), ' Reshape']));
  };
  new ResizeObserver(() => lab.fields && lab.draw()).observe(find('canvas'));
  return lab;
}

// Above the whole matrix with the neuron's row marked; below it the row. Weight n stands in column n, and in tile,
// row and column of the kernel; on the way they leave one after the other.
function drawTurn(canvas, lab) {
  const width = canvas.clientWidth || W, ink = sharpCanvas(canvas, width, (H * width) / W);
  ink.scale(width / W, width / W);
  const [neurons, inputs] = lab.fields.matrix, [, maps, rows, columns] = lab.fields.kernel;
  const row = lab.weights.subarray(lab.neuron * inputs, (lab.neuron + 1) * inputs), line = MATRIX / neurons;
  ink.imageSmoothingEnabled = false;
  ink.drawImage(wholeMatrix(lab), 0, 0, W, MATRIX);
  strokeBox(ink, [1.5, lab.neuron * line - 1.5, W - 1.5, (lab.neuron + 1) * line + 1.5], '#d55e00', 3);
  const top = MATRIX + 24, room = H - top, across = Math.ceil(maps / 2), tile = W / across;
  const cell = Math.min(tile / (columns + 1), (room / 2 - 12) / rows), strip = W / inputs;
  for (let n = 0; n < inputs; n++) {
    const map = Math.floor(n / (rows * columns)), i = Math.floor(n / columns) % rows, j = n % columns;
    const t = smooth(clamp(lab.turn * 2.2 - 1.2 * (n / inputs), 0, 1));
    const from = [n * strip, top, strip, ROW];
    const to = [(map % across) * tile + j * cell, top + Math.floor(map / across) * (room / 2) + i * cell, cell - 0.5, cell - 0.5];
    const [x, y, w, h] = from.map((v, k) => v + (to[k] - v) * t);
    ink.fillStyle = rgb(weighed(row[n]));
    ink.fillRect(x, y, Math.max(w, 0.8), h);
  }
}

// The matrix with a pixel for each weight, drawn once.
function wholeMatrix(lab) {
  if (lab.drawn === lab.weights) return lab.picture;
  const [height, width] = lab.fields.matrix, picture = element('canvas');
  paintPixels(picture, width, height, (n) => weighed(lab.weights[n]));
  return Object.assign(lab, { drawn: lab.weights, picture }).picture;
}

function smooth(t) {
  return t * t * (3 - 2 * t);
}

// Blue below 0, orange above, grey in between.
const WEIGHTS = [[0, 90, 181], [186, 190, 196], [220, 90, 0]];
const weighed = (byte) => onScale(WEIGHTS, byte / 255);
