// A RoI dragged over a feature map; RoIPool, RoIAlign and position-sensitive pooling follow at every move.
// Python hears of the RoI when the pointer is up (`moved`) and answers with its own numbers for it.
// uses lib/message lib/pictures lib/dom lib/boxes lib/numbers roi/math roi/board roi/panels roi/curve
export default function ({ data, parentElement, setStateValue }) {
  const { fields, parts } = unpacked(data);
  const root = parentElement.querySelector('.roi-lab');
  const lab = root.lab ?? (root.lab = buildLab(root));
  lab.send = (state) => setStateValue('moved', state);
  const { width, height, margin, stride, size, ratio, aligned, votes, things, python } = fields;
  Object.assign(lab, { width, height, margin, stride, size, ratio, aligned, votes, things, python });
  lab.map = asMap(parts.map, fields.shape);
  lab.tinted = tinted(lab.map, { ...lab.map, fading: true });
  const [count, ...shape] = votes.shape;
  lab.maps = Array.from({ length: count }, (_, n) => asMap(parts.maps, shape, n * shape[0] * shape[1]));
  lab.range = { low: Math.min(...lab.maps.map((m) => m.low)), high: Math.max(...lab.maps.map((m) => m.high)) };
  lab.tintedMaps = lab.maps.map((m) => tinted(m, lab.range));
  lab.at = lab.at.map((k) => Math.min(k, size - 1));
  // Python sets the RoI by a new stamp; at any other rerun the visitor's hand is ahead of it.
  if (lab.stamp !== fields.stamp) Object.assign(lab, { stamp: fields.stamp, roi: [...fields.roi] });
  root.querySelector('.board').setAttribute('aria-label', fields.alt);
  loadPicture(lab.image, fields.identity, parts.picture, () => lab.draw());
  lab.draw();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s);
  const lab = { at: [0, 0], opacity: 0.75, board: find('.board'), stamp: null, image: new Image() };
  buildBoard(lab, find('.body'));
  find('.opacity').oninput = (e) => { lab.opacity = e.target.value / 100; drawBoard(lab); };
  lab.tell = () => lab.send({ roi: lab.roi, width: lab.width, height: lab.height, stamp: lab.stamp });
  const point = (i, j) => { lab.at = [i, j]; lab.draw(); };
  lab.thumbs = [];
  lab.draw = () => {
    lab.now = pooledAll(lab, lab.roi);
    const { pool, align } = lab.now.bins;
    const stretch = [align.columns, align.rows].map(({ edges }) => [edges[0] + 0.5, edges.at(-1) + 0.5]);
    lab.view = viewOf([pool.exact, pool.whole, [stretch[0][0], stretch[1][0], stretch[0][1], stretch[1][1]]]);
    drawBoard(lab);
    drawPool(find('.pool canvas'), lab);
    drawAlign(find('.align canvas'), lab);
    drawVotes(find('.vote .close'), lab);
    const shares = (axis) => axis.some(([, end], k) => k + 1 < axis.length && axis[k + 1][0] < end);
    find('.shared').textContent = [lab.now.bins.vote.rows, lab.now.bins.vote.columns].some(shares) ? 'of shared cells, the first' : '';
    showThumbs(find('.thumbs'), lab);
    showGrids(find, lab, point);
    showCurves(find, lab);
    find('.says').innerHTML = says(lab);
    find('.moved').innerHTML = movedSays(lab);
    showPython(find('.python'), lab);
    const { votes, moved, iou } = lab.now;
    root.dataset.values = JSON.stringify({ roi: lab.roi, pool: lab.now.pool, align: lab.now.align, votes, moved, iou });
  };
  new ResizeObserver(() => lab.now && lab.draw()).observe(root);
  return lab;
}

function showThumbs(place, lab) {
  if (lab.thumbs.length !== lab.maps.length) {
    lab.thumbs = lab.maps.map(() => element('canvas'));
    place.style.setProperty('--columns', lab.votes.bins);
    place.replaceChildren(...lab.thumbs);
  }
  drawMaps(lab);
}

function showGrids(find, lab, point) {
  const { pool, align, votes } = lab.now, { low, high } = lab.map, apart = align.map((line, i) => line.map((v, j) => v - pool[i][j]));
  showGrid(find('.pool .grid'), pool, { low, high, at: lab.at, point, name: 'RoIPool' });
  showGrid(find('.align .grid'), align, { low, high, at: lab.at, point, name: 'RoIAlign' });
  const most = Math.max(...apart.flat().map(Math.abs), 1e-9);
  showGrid(find('.apart'), apart, { low: -most, high: most, signed: true, at: lab.at, point, name: 'RoIAlign minus RoIPool' });
  showGrid(find('.vote .grid'), votes, { ...lab.range, name: 'position-sensitive' });
  const vote = votes.flat().reduce((sum, v) => sum + v, 0) / votes.flat().length;
  find('.voted').innerHTML = `Vote, the bins’ mean: <b>${tidyNumber(vote)}</b>`;
  find('.vote-title').textContent = lab.votes.real ? `maps of “${lab.votes.title}”` : lab.votes.title;
}

function showCurves(find, lab) {
  const points = shiftCurves(lab), ink = getComputedStyle(find('.curves')).color;
  drawCurve(find('.value'), points, [['pool', INK.pool], ['align', INK.align]], { unit: 'px', ink });
  drawCurve(find('.off'), points, [['off', INK.pool], ['alignOff', INK.align]], { unit: 'px', ink, zero: true });
  const [pool, align] = [jumps(points, 'pool'), jumps(points, 'align')];
  find('.jumps').innerHTML = pool.most || align.most
    ? `Largest change in one step of ${3 * lab.stride / STEPS} px: RoIPool <b>${tidyNumber(pool.most)}</b>, RoIAlign <b>${tidyNumber(align.most)}</b>.`
    : 'This bin keeps its value: the map is flat here, or lies elsewhere.';
}

// The bin that is pointed at, in words; or, first of all, what is odd about the RoI.
function says(lab) {
  const { bins: { pool, align }, best } = lab.now, [i, j] = lab.at, [top, bottom] = pool.rows[i], [left, right] = pool.columns[j];
  const [x1, y1, x2, y2] = lab.roi, beside = x2 < 0 || y2 < 0 || x1 > lab.map.columns * lab.stride || y1 > lab.map.rows * lab.stride;
  const flat = x2 === x1 || y2 === y1;
  const odd = beside ? 'The RoI lies beside the map. ' : flat ? 'A RoI of no size: RoIPool makes it a cell wide, RoIAlign asks for no sample unless their number is set. ' : '';
  const cells = `${Math.max(0, bottom - top)} × ${Math.max(0, right - left)}`;
  const [ys, xs] = [align.rows.points[i], align.columns.points[j]];
  const first = best[i][j].row < 0 ? `RoIPool: no cell, so <b>0</b>`
    : `RoIPool: the greatest of ${cells} cells, <b>${tidyNumber(best[i][j].value)}</b>`;
  const count = ys.length * xs.length, example = count ? neighbours(lab.map, ys[0], xs[0]) : [];
  const sum = example.filter((n) => n.weight > 0).map((n) => `${n.weight.toFixed(2)} · ${tidyNumber(n.value)}`).join(' + ');
  const second = count ? `RoIAlign: the mean of ${count} sample${count > 1 ? 's' : ''}, <b>${tidyNumber(lab.now.align[i][j])}</b>`
    + (sum ? `; the first is ${sum}` : '; the first lies outside and counts 0') : 'RoIAlign: no sample, so <b>0</b>';
  return `${odd}<span class="spot">Bin ${i + 1}, ${j + 1}</span> ${first}. ${second}.`;
}

function movedSays(lab) {
  const fits = Object.entries(lab.things).map(([name, box]) => [boxIou(box, lab.roi), name]).sort((a, b) => b[0] - a[0])[0];
  const truth = fits?.[0] > 0 ? ` It fits the true <b>${fits[1]}</b> by IoU ${fits[0].toFixed(2)}.` : '';
  const { moved, iou } = lab.now, far = (v) => signed(v, 1);
  return `RoI <b>${lab.roi.map((v) => v.toFixed(v % 1 ? 2 : 0)).join(', ')}</b> px.${truth} Rounding moves its left side by <b>${far(moved[0])}</b>,
    top ${far(moved[1])}, right ${far(moved[2])}, bottom ${far(moved[3])} px: IoU of what RoIPool reads with the RoI <b>${iou.toFixed(2)}</b>.`;
}

function showPython(place, lab) {
  const same = lab.python.roi.every((v, k) => v === lab.roi[k]), flat = (o) => [...o.pool, ...o.align, ...o.votes].flat();
  place.dataset.values = same ? JSON.stringify(lab.python) : '';
  const theirs = flat(lab.python), apart = Math.max(...flat(lab.now).map((v, k) => Math.abs(v - theirs[k])));
  place.innerHTML = same ? `Python, <code>cvdemo.ops.roi</code>, has pooled the same RoI: largest difference ${apart.toPrecision(1)}.`
    : 'Python answers when you let go …';
}
