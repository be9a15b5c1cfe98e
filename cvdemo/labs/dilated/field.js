// One output's field: on the picture, and large with its counts.
// uses lib/canvas lib/pointer lib/numbers lib/colours dilated/math
function buildField(frame, lab) {
  const move = (x, y) => {
    lab.spot = [cellIndex(x, lab.fields.width), cellIndex(y, lab.fields.height)];
    lab.drawField();
  };
  followSpot(frame, {
    point: ([x, y]) => move(x * lab.fields.width, y * lab.fields.height),
    step: (dx, dy, shift) => move(lab.spot[0] + (shift ? 8 : 1) * dx, lab.spot[1] + (shift ? 8 : 1) * dy),
  });
}

// What is not seen is darkened, most within the field, whose edge is outlined; the output's place is marked.
function drawField(canvas, { fields, spot, counts }) {
  const { width, height } = fields, scale = 4;
  sizeCanvas(canvas, scale * width, scale * height);
  const pen = canvas.getContext('2d'), r = counts.length, half = (r - 1) / 2;
  const left = Math.round(spot[0] - half), top = Math.round(spot[1] - half), field = [left, top, left + r, top + r];
  pen.reset();
  pen.scale(scale, scale);
  fillBox(pen, [0, 0, width, height], 'rgba(8, 12, 20, .5)');
  fillBox(pen, field, 'rgba(8, 12, 20, .8)');
  const seen = [...counts.keys()].filter((i) => counts[i]);
  const columns = seen.filter((i) => left + i >= 0 && left + i < width);
  for (const i of seen) {
    if (top + i < 0 || top + i >= height) continue;
    for (const j of columns) pen.clearRect(left + j, top + i, 1, 1);
  }
  strokeBox(pen, field, '#f5b13d', .6);
  fillDot(pen, spot[0] + .5, spot[1] + .5, 1.1, '#56b4e9');
}

function buildHeat(canvas, ways, lab) {
  canvas.onpointermove = (event) => {
    const r = lab.counts.length, [x, y] = shareUnder(event, canvas).map((share) => cellIndex(r * share, r));
    const [dx, dy] = [x, y].map((v) => signed(v - Math.floor((r - 1) / 2)));
    const count = lab.counts[x] * lab.counts[y];
    ways.textContent = `${dx}, ${dy}: ${count ? `${grouped(count)} way${count > 1 ? 's' : ''}` : 'not seen'}`;
  };
  canvas.onpointerleave = () => { ways.textContent = 'point at one'; };
}

// The counts of all pixels of the field: the products of those along the axes. A wide field is drawn by its
// densest pixels.
function drawHeat(canvas, { counts }) {
  const width = canvas.clientWidth, pen = sharpCanvas(canvas, width, width);
  canvas.style.height = `${width}px`;
  const bins = Math.min(counts.length, 360), line = new Array(bins).fill(0);
  counts.forEach((c, i) => { const b = Math.floor(i * bins / counts.length); line[b] = Math.max(line[b], c); });
  const most = Math.max(...line) ** 2, cell = width / bins, gap = cell > 6 ? 1 : 0;
  const style = getComputedStyle(canvas);
  fillBox(pen, [0, 0, width, width], style.getPropertyValue('--st-secondary-background-color'));
  pen.font = `600 ${Math.min(17, .42 * cell)}px ${style.fontFamily}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  line.forEach((b, y) => line.forEach((a, x) => {
    const count = a * b;
    if (!count) return;
    const colour = countColour(count, most);
    pen.fillStyle = rgb(colour);
    pen.fillRect(x * cell, y * cell, cell - gap + .5 * !gap, cell - gap + .5 * !gap);
    if (cell < 17) return;
    pen.fillStyle = colour[0] + 2 * colour[1] > 420 ? '#10151c' : '#fff';
    pen.fillText(count, (x + .5) * cell, (y + .53) * cell);
  }));
  return most;
}
