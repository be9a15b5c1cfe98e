// One neuron of the fully connected layer: its row of the weight matrix folds up into a kernel, number by number.
const W = 1000, H = 330;
const MATRIX = 128, ROW = 60; // heights of the whole matrix and of the row that is taken out

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.fcn-kernel');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpackedParts(data);
  Object.assign(lab, { fields, weights: parts.weights });
  root.querySelector('.neuron').max = fields.matrix[0];
  lab.draw();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { turn: 0, neuron: 0 };
  find('.turn').oninput = (e) => { cancelAnimationFrame(lab.frame); lab.turn = e.target.value / 1000; lab.draw(); };
  find('.neuron').oninput = (e) => {
    lab.neuron = Math.max(0, Math.min(lab.fields.matrix[0] - 1, (e.target.valueAsNumber || 1) - 1));
    lab.draw();
  };
  find('.play').onclick = () => {
    cancelAnimationFrame(lab.frame);
    const [from, to, began] = [lab.turn > 0.5 ? 1 : 0, lab.turn > 0.5 ? 0 : 1, performance.now()];
    const step = (now) => {
      const t = Math.min(1, (now - began) / 3500);
      lab.turn = from + (to - from) * t;
      find('.turn').value = 1000 * lab.turn;
      lab.draw();
      if (t < 1) lab.frame = requestAnimationFrame(step);
    };
    lab.frame = requestAnimationFrame(step);
  };
  lab.draw = () => {
    drawTurn(find('canvas'), lab);
    const [neurons, inputs] = lab.fields.matrix, [, maps, rows, columns] = lab.fields.kernel;
    find('.says').innerHTML = `<b>As a matrix</b>: ${neurons} × ${inputs}, a row for each neuron.
      <b>As kernels</b>: ${neurons} of ${maps} × ${rows} × ${columns}. ${lab.fields.same ? 'Every weight is the same number' : 'The weights differ'};
      only now they may slide over a larger map.`;
    find('.play').textContent = lab.turn > 0.5 ? '◀ Flatten' : '▶ Reshape';
  };
  new ResizeObserver(() => lab.fields && lab.draw()).observe(find('canvas'));
  return lab;
}

// Above the whole matrix with the neuron's row marked; below it the row. Weight n stands in column n, and in tile,
// row and column of the kernel; on the way they leave one after the other.
function drawTurn(canvas, lab) {
  const sharp = window.devicePixelRatio || 1, ink = fitted(canvas, sharp);
  const [neurons, inputs] = lab.fields.matrix, [, maps, rows, columns] = lab.fields.kernel;
  const row = lab.weights.subarray(lab.neuron * inputs, (lab.neuron + 1) * inputs), line = MATRIX / neurons;
  ink.imageSmoothingEnabled = false;
  ink.drawImage(wholeMatrix(lab), 0, 0, W, MATRIX);
  ink.strokeStyle = '#d55e00'; ink.lineWidth = 3;
  ink.strokeRect(1.5, lab.neuron * line - 1.5, W - 3, line + 3);
  const top = MATRIX + 24, room = H - top, across = Math.ceil(maps / 2), tile = W / across;
  const cell = Math.min(tile / (columns + 1), (room / 2 - 12) / rows), strip = W / inputs;
  for (let n = 0; n < inputs; n++) {
    const map = Math.floor(n / (rows * columns)), i = Math.floor(n / columns) % rows, j = n % columns;
    const t = smooth(Math.max(0, Math.min(1, lab.turn * 2.2 - 1.2 * (n / inputs))));
    const from = [n * strip, top, strip, ROW];
    const to = [(map % across) * tile + j * cell, top + Math.floor(map / across) * (room / 2) + i * cell, cell - 0.5, cell - 0.5];
    const [x, y, w, h] = from.map((v, k) => v + (to[k] - v) * t);
    ink.fillStyle = `rgb(${weighed(row[n]).join()})`;
    ink.fillRect(x, y, Math.max(w, 0.8), h);
  }
}

// The matrix with a pixel for each weight, drawn once.
function wholeMatrix(lab) {
  if (lab.drawn === lab.weights) return lab.picture;
  const [height, width] = lab.fields.matrix, picture = Object.assign(document.createElement('canvas'), { width, height });
  const ink = picture.getContext('2d'), image = ink.createImageData(width, height);
  lab.weights.forEach((byte, n) => image.data.set([...weighed(byte), 255], 4 * n));
  ink.putImageData(image, 0, 0);
  return Object.assign(lab, { drawn: lab.weights, picture }).picture;
}

function fitted(canvas, sharp) {
  const width = canvas.clientWidth || W, scale = width / W;
  Object.assign(canvas, { width: Math.round(width * sharp), height: Math.round(H * scale * sharp) });
  const ink = canvas.getContext('2d');
  ink.scale(scale * sharp, scale * sharp);
  return ink;
}

function smooth(t) {
  return t * t * (3 - 2 * t);
}

// Blue below 0, orange above, grey in between.
function weighed(byte) {
  const v = byte / 127.5 - 1, end = v < 0 ? [0, 90, 181] : [220, 90, 0], middle = [186, 190, 196], share = Math.min(1, Math.abs(v));
  return middle.map((m, k) => Math.round(m + (end[k] - m) * share));
}
