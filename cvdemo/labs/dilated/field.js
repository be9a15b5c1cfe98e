// One output's field: on the picture, and large with its counts; in use by dilated.js.
function buildField(frame, lab) {
  const move = (x, y) => {
    const { width, height } = lab.fields;
    lab.spot = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
    lab.drawField();
  };
  frame.onpointermove = frame.onpointerdown = (event) => {
    const box = frame.getBoundingClientRect(), scale = lab.fields.width / box.width;
    move(Math.floor((event.clientX - box.left) * scale), Math.floor((event.clientY - box.top) * scale));
  };
  frame.onkeydown = (event) => {
    const step = event.shiftKey ? 8 : 1;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!by) return;
    event.preventDefault();
    move(lab.spot[0] + by[0], lab.spot[1] + by[1]);
  };
}

// What is not seen is darkened, most within the field, whose edge is outlined; the output's place is marked.
function drawField(canvas, { fields, spot, counts }) {
  const { width, height } = fields, scale = 4;
  canvas.width = scale * width;
  canvas.height = scale * height;
  const pen = canvas.getContext('2d'), r = counts.length, half = (r - 1) / 2;
  const left = Math.round(spot[0] - half), top = Math.round(spot[1] - half);
  pen.scale(scale, scale);
  pen.fillStyle = 'rgba(8, 12, 20, .5)';
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = 'rgba(8, 12, 20, .8)';
  pen.fillRect(left, top, r, r);
  const seen = [...counts.keys()].filter((i) => counts[i]);
  const columns = seen.filter((i) => left + i >= 0 && left + i < width);
  for (const i of seen) {
    if (top + i < 0 || top + i >= height) continue;
    for (const j of columns) pen.clearRect(left + j, top + i, 1, 1);
  }
  pen.strokeStyle = '#f5b13d';
  pen.lineWidth = .6;
  pen.strokeRect(left, top, r, r);
  pen.fillStyle = '#56b4e9';
  pen.beginPath();
  pen.arc(spot[0] + .5, spot[1] + .5, 1.1, 0, 7);
  pen.fill();
}

function buildHeat(canvas, ways, lab) {
  canvas.onpointermove = (event) => {
    const box = canvas.getBoundingClientRect(), r = lab.counts.length;
    const [x, y] = [event.clientX - box.left, event.clientY - box.top]
      .map((v, k) => Math.min(r - 1, Math.max(0, Math.floor(r * v / (k ? box.height : box.width)))));
    const [dx, dy] = [x, y].map((v) => signedWhole(v - Math.floor((r - 1) / 2)));
    const count = lab.counts[x] * lab.counts[y];
    ways.textContent = `${dx}, ${dy}: ${count ? `${count.toLocaleString('en-US')} way${count > 1 ? 's' : ''}` : 'not seen'}`;
  };
  canvas.onpointerleave = () => { ways.textContent = 'point at one'; };
}

const signedWhole = (v) => (v < 0 ? `−${-v}` : `+${v}`);

// The counts of all pixels of the field: the products of those along the axes. A wide field is drawn by its
// densest pixels.
function drawHeat(canvas, { counts }) {
  const width = canvas.clientWidth, pen = sharpCanvas(canvas, width, width);
  const bins = Math.min(counts.length, 360), line = new Array(bins).fill(0);
  counts.forEach((c, i) => { const b = Math.floor(i * bins / counts.length); line[b] = Math.max(line[b], c); });
  const most = Math.max(...line) ** 2, cell = width / bins, gap = cell > 6 ? 1 : 0;
  const style = getComputedStyle(canvas);
  pen.fillStyle = style.getPropertyValue('--st-secondary-background-color');
  pen.fillRect(0, 0, width, width);
  pen.font = `600 ${Math.min(17, .42 * cell)}px ${style.fontFamily}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  line.forEach((b, y) => line.forEach((a, x) => {
    const count = a * b;
    if (!count) return;
    const colour = heatColour(count, most);
    pen.fillStyle = `rgb(${colour})`;
    pen.fillRect(x * cell, y * cell, cell - gap + .5 * !gap, cell - gap + .5 * !gap);
    if (cell < 17) return;
    pen.fillStyle = colour[0] + 2 * colour[1] > 420 ? '#10151c' : '#fff';
    pen.fillText(count, (x + .5) * cell, (y + .53) * cell);
  }));
  return most;
}
