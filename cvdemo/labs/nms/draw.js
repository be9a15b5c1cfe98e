// The boxes of a frame on a canvas over the picture. `moment` 0 … 1 is how far its animation has come.
// uses lib/canvas lib/boxes lib/numbers nms/state
const RED = '#ff3b30';

function nmsDraw(canvas, d, s, moment, leaving, lit) {
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width) return;
  const g = sharpCanvas(canvas, width, height), k = width / d.width;
  const box = (i) => scaledBox(boxAt(d.boxes, i), k);
  const done = s.frame === s.last;
  nmsQuiet(g, d, s, box, done);
  if (leaving && moment < 1) nmsFalling(g, leaving, box, moment);
  const chips = nmsChips(g, width, height);
  if (d.fusion) nmsClusters(g, d, s, k, moment, chips);
  else for (const i of s.kept) if (s.state[i] === KEPT) nmsKept(g, d, s, i, box(i), chips, done);
  if (s.frame > 0 && !done) nmsStep(g, d, s, box, moment, chips);
  if (d.truth.length) nmsTruth(g, d, k, done, chips);
  if (lit >= 0 && lit < s.n) strokeBox(g, box(lit), '#fff', 3);
  chips.write();
}

// Waiting boxes thin, fallen ones as ghosts: one path per class and state, so that thousands cost little.
function nmsQuiet(g, d, s, box, done) {
  const paths = new Map();
  for (let i = 0; i < s.n; i++) {
    const state = s.state[i];
    if (state !== WAITING && state !== FALLEN) continue;
    const faint = state === WAITING && d.soft ? Math.round(4 * s.score[i] / d.scores[i]) : 4;
    const key = state === FALLEN ? 'ghost' : `${d.name[i]}/${faint}`;
    if (!paths.has(key)) paths.set(key, new Path2D());
    const [x1, y1, x2, y2] = box(i);
    paths.get(key).rect(x1, y1, x2 - x1, y2 - y1);
  }
  const crowd = Math.min(1, Math.max(.22, 40 / s.n)) ** .7; // hundreds must not hide the picture
  for (const [key, path] of paths) {
    const [name, faint] = key.split('/');
    g.setLineDash(key === 'ghost' && s.n <= 300 ? [3, 4] : []); // dashes of hundreds are slow
    g.lineWidth = key === 'ghost' ? 1 : 1.3;
    g.strokeStyle = key === 'ghost' ? '#fff' : d.colours[name];
    g.globalAlpha = key === 'ghost' ? (done ? .16 : .26) * crowd : crowd * (.25 + .75 * faint / 4);
    g.stroke(path);
  }
  g.globalAlpha = 1; g.setLineDash([]);
}

// The victims of the frame before fall off the picture.
function nmsFalling(g, victims, box, t) {
  g.globalAlpha = 1 - t;
  for (const i of victims.slice(0, 200)) {
    const [x1, y1, x2, y2] = box(i), half = [(x2 - x1) / 2, (y2 - y1) / 2];
    g.save();
    g.translate((x1 + x2) / 2, (y1 + y2) / 2 + 90 * t * t);
    g.rotate(.25 * t * (i % 2 ? 1 : -1));
    strokeBox(g, [-half[0], -half[1], ...half], RED, 2);
    g.restore();
  }
  g.globalAlpha = 1;
}

function nmsKept(g, d, s, i, rect, chips, done) {
  const colour = d.colours[d.name[i]];
  const twin = done && d.verdict.length && d.verdict[i] === 2, wrong = done && d.verdict.length && d.verdict[i] === 3;
  strokeBox(g, rect, 'rgba(0,0,0,.6)', 5);
  strokeBox(g, rect, colour, 3, twin || wrong ? [8, 4] : []);
  const extra = twin ? ' duplicate' : wrong ? ' wrong' : '';
  chips.add(rect, `${d.names[d.name[i]]} ${two(s.score[i])}${extra}`, twin || wrong ? '#ffb000' : colour, '#000');
}

function nmsClusters(g, d, s, k, moment, chips) {
  const now = s.frame > 0 && s.frame < s.last ? d.cluster[s.frame - 1] : -1;
  s.clusters.forEach((c, j) => {
    const t = j === now ? moment : 1;
    const mean = c.box.map((v, a) => c.before[a] + (v - c.before[a]) * t);
    const rect = scaledBox(mean, k), first = c.members[0];
    strokeBox(g, rect, 'rgba(0,0,0,.6)', j === now ? 8 : 5);
    strokeBox(g, rect, d.colours[d.name[first]], j === now ? 5 : 3);
    const score = c.members.reduce((sum, i) => sum + d.scores[i], 0) / c.members.length;
    if (j !== now && s.clusters.length > 40 && c.members.length < 2) return;
    const many = c.members.length > 1 ? ` × ${c.members.length}` : '';
    chips.add(rect, `${d.names[d.name[first]]} ${two(score)}${many}`, d.colours[d.name[first]], '#000');
    if (j === now) for (const i of c.members) strokeBox(g, scaledBox(boxAt(d.boxes, i), k), '#fff', 1, [4, 3]);
  });
}

// The current box bright, its victims in red with the shared area filled, the nearest that stays in pale.
function nmsStep(g, d, s, box, moment, chips) {
  const current = d.current[s.frame - 1], rect = box(current), pairs = s.pairs();
  const colour = d.colours[d.name[current]];
  const pulse = moment < 1 ? .5 + .5 * Math.cos(4 * Math.PI * moment) : 0;
  const sinking = d.soft ? nmsScoresBefore(d, s) : null;
  const hit = d.fusion ? [] : pairs.filter((p) => p.fell || (sinking && p.after < sinking(p) - 1e-4));
  const spared = d.fusion ? [] : pairs.filter((p) => !hit.includes(p)).slice(0, 1);
  const fill = Math.min(.32, .4 / Math.max(1, hit.length)); // many lie on each other
  for (const p of hit.slice(0, 60)) {
    fillBox(g, boxIntersection(rect, box(p.other)), p.fell ? RED : '#ffb000', fill * (1 + pulse));
  }
  for (const p of spared) {
    fillBox(g, boxIntersection(rect, box(p.other)), '#fff', .16);
    strokeBox(g, box(p.other), '#fff', 1.6);
  }
  hit.forEach((p, nth) => {
    g.globalAlpha = nth < 8 ? 1 : .35 + .65 * pulse;
    strokeBox(g, box(p.other), p.fell ? RED : '#ffb000', (nth < 8 ? 2 : 1) + 2 * pulse, p.fell ? [7, 4] : []);
  });
  g.globalAlpha = 1;
  if (!d.fusion || s.clusters[d.cluster[s.frame - 1]].members.length === 1) {
    strokeBox(g, rect, '#fff', 8); strokeBox(g, rect, '#000', 5.5);
  } else strokeBox(g, rect, '#fff', 2.5, [4, 3]);
  if (!d.fusion) strokeBox(g, rect, colour, 4);
  if (!d.fusion) chips.add(rect, `${d.names[d.name[current]]} ${two(s.score[current])}`, '#fff', '#000', true);
  const measure = d.diou ? 'DIoU' : 'IoU';
  const tragic = hit.filter((p) => p.fell && d.losers.includes(p.other));
  tragic.forEach((p) => {
    strokeBox(g, box(p.other), '#fff', 6); strokeBox(g, box(p.other), RED, 4);
    chips.add(box(p.other), `its best box falls: ${measure} ${beside(p.overlap, d.threshold)}`, RED, '#fff', true);
  });
  hit.filter((p) => !tragic.includes(p)).slice(0, tragic.length ? 2 : 5).forEach((p) => {
    const sank = sinking ? `${two(sinking(p))} → ${two(p.after)}` : `${measure} ${beside(p.overlap, d.threshold)}`;
    chips.add(box(p.other), sank, p.fell ? RED : '#ffb000', p.fell ? '#fff' : '#000', false, true);
  });
  spared.forEach((p) => chips.add(box(p.other), `${beside(p.overlap, d.threshold)} stays`, '#f4f4f4', '#000', false, true));
  if (d.fusion && pairs.length) chips.add(rect, `IoU ${beside(pairs[0].overlap, d.threshold)}`, '#f4f4f4', '#000', false, true);
}

function nmsTruth(g, d, k, done, chips) {
  for (let t = 0; t < d.truth.length / 4; t++) {
    const rect = scaledBox(boxAt(d.truth, t), k), lost = done && !d.found[t];
    if (lost) fillBox(g, rect, RED, .22);
    strokeBox(g, rect, 'rgba(0,0,0,.55)', lost ? 5 : 3, [2, 5]);
    strokeBox(g, rect, lost ? RED : '#fff', lost ? 3 : 1.5, [2, 5]);
    if (lost) chips.add(rect, `${d.truthNames[t]} lost`, RED, '#fff', true, true);
  }
}

// Labels that keep out of each other's way: those added as important are placed first.
function nmsChips(g, width, height) {
  const wanted = [];
  const size = width < 420 ? 11 : 13, tall = size + 6;
  const place = (chip, taken) => {
    const [x1, y1, x2, y2] = chip.rect, foot = y2 - tall;
    g.font = `600 ${size}px system-ui, sans-serif`;
    const wide = g.measureText(chip.text).width + 10;
    const left = clamp(x1, 0, width - wide), right = clamp(x2 - wide, 0, width - wide);
    const spots = chip.low
      ? [[right, foot], [left, foot], [right, y2], [left, y2], [right, y1 + tall + 1], [left, (y1 + y2) / 2]]
      : [[left, y1 - tall], [left, y1], [right, y1 - tall], [right, y1], [left, y1 + tall + 1]];
    const at = (x, y) => { const top = clamp(y, 0, height - tall); return [x, top, x + wide, top + tall]; };
    const free = spots.map((spot) => at(...spot)).find((box) => taken.every((other) => !boxArea(boxIntersection(other, box))));
    return free ?? (chip.first ? at(left, y1 - tall) : null);
  };
  return {
    add: (rect, text, back, ink, first = false, low = false) => wanted.push({ rect, text, back, ink, first, low }),
    write: () => {
      const taken = [];
      const order = [...wanted.filter((c) => c.first), ...wanted.filter((c) => !c.first && c.low),
        ...wanted.filter((c) => !c.first && !c.low)];
      for (const chip of order.slice(0, 120)) {
        const at = place(chip, taken);
        if (!at) continue;
        taken.push(at);
        fillBox(g, at, chip.back);
        g.fillStyle = chip.ink; g.textBaseline = 'middle';
        g.fillText(chip.text, at[0] + 5, (at[1] + at[3]) / 2 + .5);
      }
    },
  };
}
