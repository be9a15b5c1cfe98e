// Close views of the map around the RoI, one for each way of pooling, and the grids of what comes out.
// uses lib/canvas lib/boxes lib/dom lib/pointer lib/numbers lib/colours roi/math roi/board

// The cells that a close view shows: all that the ways look at and a cell around, [left, top, right, bottom].
function viewOf(boxes) {
  const reach = (k, pick) => pick(...boxes.map((b) => b[k]));
  const box = [Math.floor(reach(0, Math.min)) - 1, Math.floor(reach(1, Math.min)) - 1,
    Math.ceil(reach(2, Math.max)) + 1, Math.ceil(reach(3, Math.max)) + 1];
  const side = Math.max(box[2] - box[0], box[3] - box[1], 4);
  const grow = (low, high) => { const more = side - (high - low); return [low - Math.floor(more / 2), high + Math.ceil(more / 2)]; };
  const [left, right] = grow(box[0], box[2]), [top, bottom] = grow(box[1], box[3]);
  return [left, top, right, bottom];
}

// A square canvas over the view; `mapAt(row, column)` is the map a cell is drawn from, null leaves it dim.
function openView(canvas, view, mapAt) {
  const { ink, width } = sharpened(canvas, 1), cell = width / (view[2] - view[0]);
  fillBox(ink, [0, 0, width, width], '#1c2128');
  ink.textAlign = 'center'; ink.textBaseline = 'middle'; ink.font = `${Math.min(12, cell * 0.32)}px sans-serif`;
  for (let r = view[1]; r < view[3]; r++) {
    for (let c = view[0]; c < view[2]; c++) {
      const { map, dim } = mapAt(r, c);
      if (r < 0 || c < 0 || r >= map.rows || c >= map.columns) continue;
      const value = map.values[r * map.columns + c], share = (value - map.low) / (map.high - map.low || 1);
      const [x, y] = [(c - view[0]) * cell, (r - view[1]) * cell];
      ink.globalAlpha = dim ? 0.3 : 1;
      ink.fillStyle = rgb(shade(share));
      ink.fillRect(x, y, cell - 0.5, cell - 0.5);
      if (cell < 30) continue;
      ink.fillStyle = inkOn(shade(share));
      ink.fillText(tidyNumber(value), x + cell / 2, y + cell * 0.24);
    }
  }
  ink.globalAlpha = 1;
  const at = (x, y) => [(x - view[0]) * cell, (y - view[1]) * cell];
  const box = ([x1, y1, x2, y2], colour, { thick = 2.5, dash = [], inset = 0 } = {}) => {
    const [left, top] = at(x1, y1), [right, bottom] = at(x2, y2);
    const inner = [left + inset, top + inset, right - inset, bottom - inset];
    for (const [style, line] of [['#000b', thick + 2], [colour, thick]]) strokeBox(ink, inner, style, line, dash);
  };
  const dot = (x, y, radius, colour, hollow = false) => {
    ink.beginPath(); ink.arc(...at(x, y), radius, 0, 2 * Math.PI);
    ink.lineWidth = 1.5; ink.strokeStyle = hollow ? colour : '#000c'; ink.fillStyle = hollow ? '#0000' : colour;
    ink.fill(); ink.stroke();
  };
  return { ink, cell, at, box, dot };
}

function drawPool(canvas, lab) {
  const { bins: { pool }, best } = lab.now, view = openView(canvas, lab.view, () => ({ map: lab.map }));
  best.forEach((line, i) => line.forEach((b, j) => {
    const [top, bottom] = pool.rows[i], [left, right] = pool.columns[j];
    if (bottom > top && right > left) view.box([left, top, right, bottom], INK.pool, { thick: 1.5, inset: 2.5 });
  }));
  view.box(pool.exact, INK.exact, { dash: [5, 4], thick: 2 });
  best.flat().forEach((b) => { if (b.row >= 0) view.dot(b.column + 0.5, b.row + 0.62, Math.max(2, view.cell * 0.1), INK.pool); });
  const [i, j] = lab.at, [top, bottom] = pool.rows[i], [left, right] = pool.columns[j];
  if (bottom > top && right > left) view.box([left, top, right, bottom], '#ff6b3d', { thick: 3.5, inset: 2 });
}

function drawAlign(canvas, lab) {
  const { rows, columns } = lab.now.bins.align, view = openView(canvas, lab.view, () => ({ map: lab.map }));
  const corner = (v) => v + 0.5; // a cell's value stands in its middle
  const box = (i, j) => [columns.edges[j], rows.edges[i], columns.edges[j + 1], rows.edges[i + 1]].map(corner);
  const [at, under] = lab.at;
  gridOf(lab.size, (i, j) => view.box(box(i, j), INK.align, { thick: 1.5 }));
  const apart = ({ edges, points }) => (view.cell * (edges[1] - edges[0])) / (points[0].length || 1);
  const small = clamp(0.2 * Math.min(apart(rows), apart(columns)), 1, 4);
  gridOf(lab.size, (i, j) => rows.points[i].forEach((y) => columns.points[j].forEach((x) => (
    view.dot(corner(x.place), corner(y.place), small, '#fff', !(x.inside && y.inside))))));
  view.box(box(at, under), '#ff6b3d', { thick: 3.5 });
  rows.points[at].forEach((y) => columns.points[under].forEach((x) => {
    for (const n of neighbours(lab.map, y, x)) {
      if (n.weight <= 0) continue;
      const [from, to] = [view.at(corner(x.place), corner(y.place)), view.at(corner(n.column), corner(n.row))];
      view.ink.globalAlpha = 0.25 + 0.75 * n.weight;
      view.ink.strokeStyle = '#fff'; view.ink.lineWidth = 0.5 + 3 * n.weight;
      view.ink.beginPath(); view.ink.moveTo(...from); view.ink.lineTo(...to); view.ink.stroke();
      view.ink.globalAlpha = 1;
    }
    view.dot(corner(x.place), corner(y.place), small + 1.5, '#ff6b3d', !(x.inside && y.inside));
  }));
}

// Every bin from its own map: cells of other bins, and around them, are dim.
function drawVotes(canvas, lab) {
  const { vote } = lab.now.bins, bins = lab.votes.bins, middle = lab.maps[(bins * bins - 1) / 2];
  const holder = (axis, v) => axis.findIndex(([from, to]) => v >= from && v < to);
  const view = openView(canvas, viewOf([vote.exact, vote.whole]), (r, c) => {
    const [i, j] = [holder(vote.rows, r), holder(vote.columns, c)];
    return i < 0 || j < 0 ? { map: { ...middle, ...lab.range }, dim: true } : { map: { ...lab.maps[i * bins + j], ...lab.range } };
  });
  view.box(vote.exact, INK.exact, { dash: [5, 4], thick: 2 });
  gridOf(bins, (i, j) => {
    const [[top, bottom], [left, right]] = [vote.rows[i], vote.columns[j]];
    if (bottom > top && right > left) view.box([left, top, right, bottom], INK.vote, { thick: 2, inset: 1.5 });
  });
}

// The maps of the class one by one, each with the RoI and the one bin that is read on it.
function drawMaps(lab) {
  const { vote } = lab.now.bins, bins = lab.votes.bins, stride = lab.votes.stride, [width, height] = [lab.width / stride, lab.height / stride];
  lab.thumbs.forEach((canvas, n) => {
    const { ink, width: wide } = sharpened(canvas, height / width), k = wide / width;
    const [[top, bottom], [left, right]] = [vote.rows[Math.floor(n / bins)], vote.columns[n % bins]];
    ink.imageSmoothingEnabled = false;
    ink.drawImage(lab.tintedMaps[n], 0, 0, lab.maps[n].columns * k, lab.maps[n].rows * k);
    strokeBox(ink, scaledBox(vote.exact, k), '#fffc', 1);
    if (bottom <= top || right <= left) return;
    for (const [colour, thick] of [['#000', 4], ['#ff9ad5', 2]]) strokeBox(ink, scaledBox([left, top, right, bottom], k), colour, thick);
  });
}

// Three digits that count, with a minus as wide as a digit.
function tidyNumber(v) {
  const size = Math.abs(v), text = size >= 100 ? v.toFixed(0) : size >= 10 ? v.toFixed(1) : v.toFixed(2);
  return typeset(text);
}

// A grid of numbers on paper of their colour; `signed` is blue below 0 and orange above.
function showGrid(place, grid, { low, high, signed = false, at = null, point = null, name = '' }) {
  const bins = grid.length;
  if (place.childElementCount !== bins * bins) {
    place.style.setProperty('--columns', bins);
    place.replaceChildren(...Array.from({ length: bins * bins }, (_, n) => {
      const cell = element('span');
      if (point) cell.onpointerenter = cell.onclick = () => point(Math.floor(n / bins), n % bins);
      return cell;
    }));
  }
  if (point) {
    place.tabIndex = 0;
    place.onkeydown = (e) => {
      const way = arrowOf(e);
      if (!way) return;
      e.preventDefault();
      point(cellIndex(at[0] + way[1], bins), cellIndex(at[1] + way[0], bins));
    };
  }
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', `${name}: ${grid.map((line) => line.map(tidyNumber).join(' ')).join('; ')}`);
  [...place.children].forEach((cell, n) => {
    const v = grid[Math.floor(n / bins)][n % bins], most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    const share = (v - low) / (high - low || 1), paper = signed ? difference(v / most) : shade(share);
    cell.textContent = tidyNumber(v);
    cell.style.background = rgb(paper);
    cell.style.color = inkOn(paper);
    cell.classList.toggle('at', Boolean(at) && at[0] * bins + at[1] === n);
  });
}

// Of a share -1..1: blue below 0, orange above.
const DIFFERENCES = [[86, 160, 225], [245, 245, 243], [235, 150, 60]];
const difference = (share) => onScale(DIFFERENCES, (share + 1) / 2);
