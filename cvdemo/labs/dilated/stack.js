// The stack seen from the side: a row of cells for each map, the sources of one cell lit.
// uses lib/canvas lib/pointer lib/numbers lib/colours dilated/math lib/said
const ROW = 58, TOP = 26, LEFT = 146;

function buildStack(canvas, lab, pointed) {
  const near = (event) => {
    const box = canvas.getBoundingClientRect(), { stack } = lab;
    const rows = stack.layers.length;
    const row = rows - clamp(Math.round((event.clientY - box.top - TOP) / ROW), 0, rows);
    const at = (event.clientX - box.left - LEFT) / cellWidth(box.width, stack) - .5;
    const index = Math.round((at - stack.place(row, 0)) / stack.jumps[row]);
    return [row, cellIndex(index, stack.cells[row])];
  };
  canvas.onpointermove = canvas.onpointerdown = (event) => pointed(...near(event));
  canvas.onpointerleave = () => pointed(lab.stack.layers.length, middle(lab.stack));
  canvas.onkeydown = (event) => {
    const { stack, row, index } = lab, [aside, down] = arrowOf(event) ?? [];
    if (aside === undefined) return;
    event.preventDefault();
    const to = clamp(row - down, 0, stack.layers.length);
    const beside = down ? Math.round((stack.place(row, index) - stack.place(to, 0)) / stack.jumps[to]) : index + aside;
    pointed(to, cellIndex(beside, stack.cells[to]));
  };
}

const middle = (stack) => Math.floor(stack.cells.at(-1) / 2);
const cellWidth = (width, stack) => (width - LEFT - 12) / stack.cells[0];

function drawStack(canvas, { stack, row, index, ways, beside }) {
  const rows = stack.layers.length, width = canvas.clientWidth, height = 2 * TOP + rows * ROW + 14;
  const pen = sharpCanvas(canvas, width, height), ink = getComputedStyle(canvas).color;
  canvas.style.height = `${height}px`;
  const cell = cellWidth(width, stack), size = clamp(.78 * cell, 1, 20);
  const x = (l, i) => LEFT + (stack.place(l, i) + .5) * cell, y = (l) => TOP + (rows - l) * ROW;
  pen.font = `14px ${getComputedStyle(canvas).fontFamily}`;
  pen.textBaseline = 'middle';
  for (let l = 0; l <= rows; l++) {
    const [kernel, stride, dilation] = stack.layers[l - 1] ?? [];
    pen.fillStyle = ink;
    pen.globalAlpha = .95;
    pen.fillText(l ? `${l === rows ? said('output') : `map ${l}`}` : said('input'), 12, y(l) - (l ? 8 : 0));
    pen.globalAlpha = .7;
    if (l) pen.fillText(`${kernel}×${kernel} · rate ${dilation}${stride > 1 ? ` · ÷${stride}` : ''}`, 12, y(l) + 10);
    pen.globalAlpha = .16;
    for (let i = 0; i < stack.cells[l]; i++) block(pen, x(l, i), y(l), size);
  }
  pen.globalAlpha = .65;
  pen.strokeStyle = '#d55e00';
  pen.lineWidth = clamp(cell / 8, .6, 2);
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
      pen.fillStyle = l === row ? '#0072b2' : rgb(countColour(count, most));
      block(pen, x(l, i), y(l), l === row ? Math.max(size, 7) : size);
    }
  }
  if (!beside) return;
  const [left, top] = [x(row, index + 1) - size / 2 - 1, y(row) - size / 2 - 1];
  strokeBox(pen, [left, top, left + size + 2, top + size + 2], '#cc79a7', 3);
  pen.fillStyle = '#cc79a7';
  for (const i of beside.keys()) block(pen, x(0, i), y(0) + size / 2 + 9, clamp(size, 1, 7));
}

function block(pen, x, y, size) {
  pen.beginPath();
  pen.roundRect(x - size / 2, y - size / 2, size, size, size / 4);
  pen.fill();
}
