// The stack seen from the side: a row of cells for each map, the sources of one cell lit; in use by dilated.js.
const ROW = 58, TOP = 26, LEFT = 146;

function buildStack(canvas, lab, pointed) {
  const near = (event) => {
    const box = canvas.getBoundingClientRect(), { stack } = lab;
    const rows = stack.layers.length;
    const row = rows - Math.min(rows, Math.max(0, Math.round((event.clientY - box.top - TOP) / ROW)));
    const at = (event.clientX - box.left - LEFT) / cellWidth(box.width, stack) - .5;
    const index = Math.round((at - stack.place(row, 0)) / stack.jumps[row]);
    return [row, Math.min(stack.cells[row] - 1, Math.max(0, index))];
  };
  canvas.onpointermove = canvas.onpointerdown = (event) => pointed(...near(event));
  canvas.onpointerleave = () => pointed(lab.stack.layers.length, middle(lab.stack));
  canvas.onkeydown = (event) => {
    const { stack, row, index } = lab;
    const [up, aside] = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (up === undefined) return;
    event.preventDefault();
    const to = Math.min(stack.layers.length, Math.max(0, row + up));
    const beside = up ? Math.round((stack.place(row, index) - stack.place(to, 0)) / stack.jumps[to]) : index + aside;
    pointed(to, Math.min(stack.cells[to] - 1, Math.max(0, beside)));
  };
}

const middle = (stack) => Math.floor(stack.cells.at(-1) / 2);
const cellWidth = (width, stack) => (width - LEFT - 12) / stack.cells[0];

function drawStack(canvas, { stack, row, index, ways, beside }) {
  const rows = stack.layers.length, width = canvas.clientWidth, height = 2 * TOP + rows * ROW + 14;
  const pen = sharpCanvas(canvas, width, height), ink = getComputedStyle(canvas).color;
  const cell = cellWidth(width, stack), size = Math.max(1, Math.min(20, .78 * cell));
  const x = (l, i) => LEFT + (stack.place(l, i) + .5) * cell, y = (l) => TOP + (rows - l) * ROW;
  pen.font = `14px ${getComputedStyle(canvas).fontFamily}`;
  pen.textBaseline = 'middle';
  for (let l = 0; l <= rows; l++) {
    const [kernel, stride, dilation] = stack.layers[l - 1] ?? [];
    pen.fillStyle = ink;
    pen.globalAlpha = .95;
    pen.fillText(l ? `${l === rows ? 'output' : `map ${l}`}` : 'input', 12, y(l) - (l ? 8 : 0));
    pen.globalAlpha = .7;
    if (l) pen.fillText(`${kernel}×${kernel} · rate ${dilation}${stride > 1 ? ` · ÷${stride}` : ''}`, 12, y(l) + 10);
    pen.globalAlpha = .16;
    for (let i = 0; i < stack.cells[l]; i++) block(pen, x(l, i), y(l), size);
  }
  pen.globalAlpha = .65;
  pen.strokeStyle = '#d55e00';
  pen.lineWidth = Math.max(.6, Math.min(2, cell / 8));
  pen.beginPath();
  for (let l = row; l > 0; l--) {
    const [kernel, stride, dilation] = stack.layers[l - 1];
    for (const i of ways[l].keys()) {
      for (let tap = 0; tap < kernel; tap++) {
        pen.moveTo(x(l, i), y(l) + size / 2);
        pen.lineTo(x(l - 1, i * stride + tap * dilation), y(l - 1) - size / 2);
      }
    }
  }
  pen.stroke();
  pen.globalAlpha = 1;
  for (let l = row; l >= 0; l--) {
    const most = Math.max(...ways[l].values());
    for (const [i, count] of ways[l]) {
      pen.fillStyle = l === row ? '#0072b2' : `rgb(${heatColour(count, most)})`;
      block(pen, x(l, i), y(l), l === row ? Math.max(size, 7) : size);
    }
  }
  if (!beside) return;
  pen.fillStyle = '#cc79a7';
  pen.strokeStyle = '#cc79a7';
  pen.lineWidth = 3;
  pen.strokeRect(x(row, index + 1) - size / 2 - 1, y(row) - size / 2 - 1, size + 2, size + 2);
  for (const i of beside.keys()) block(pen, x(0, i), y(0) + size / 2 + 9, Math.max(1, Math.min(7, size)));
}

function block(pen, x, y, size) {
  pen.beginPath();
  pen.roundRect(x - size / 2, y - size / 2, size, size, size / 4);
  pen.fill();
}

// A canvas of so many CSS pixels, cleared, as sharp as the screen.
function sharpCanvas(canvas, width, height) {
  const scale = globalThis.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d');
  pen.scale(scale, scale);
  return pen;
}
