// The state of every box at every frame of the player, from what Python recorded.
//
// Frame 0 is before the first step, frame s shows step s - 1, the last frame the result.
// uses lib/boxes lib/numbers lib/said
const WAITING = 0, KEPT = 1, FALLEN = 2, CURRENT = 3, VICTIM = 4;

// Follows the frames: `at(f)` gives the state there; forwards step by step, backwards from the start.
function nmsStates(d) {
  const n = d.scores.length, steps = d.current.length;
  const s = { frame: -1, steps, last: steps + 1, n };
  const reset = () => {
    s.frame = 0;
    s.state = new Uint8Array(n);
    s.score = Float32Array.from(d.scores);
    s.kept = []; s.fallen = 0; s.by = new Int32Array(n).fill(-1);
    s.clusters = []; // of fusion: { box, before, members }
  };
  const settle = () => { // what was bright in the frame before
    const step = s.frame - 1;
    if (step < 0 || step >= steps) return;
    for (let p = d.offsets[step]; p < d.offsets[step + 1]; p++) {
      if (d.suppressed[p]) s.state[d.other[p]] = FALLEN;
    }
    s.state[d.current[step]] = d.fusion && s.clusters[d.cluster[step]].members.length > 1 ? FALLEN : KEPT;
  };
  const forward = () => {
    settle();
    s.frame += 1;
    if (s.frame === s.last) return;
    const step = s.frame - 1, current = d.current[step];
    s.state[current] = CURRENT;
    if (d.fusion) return join(step, current);
    s.kept.push(current);
    for (let p = d.offsets[step]; p < d.offsets[step + 1]; p++) {
      const other = d.other[p];
      s.score[other] = d.after[p];
      if (!d.suppressed[p]) continue;
      s.state[other] = VICTIM; s.by[other] = current; s.fallen += 1;
    }
  };
  const join = (step, current) => {
    const k = d.cluster[step], box = boxAt(d.fused, step);
    const old = s.clusters[k];
    const members = old ? [...old.members, current] : [current];
    s.clusters[k] = { box, before: old ? old.box : box, members };
    if (old) { s.by[current] = members[0]; s.fallen += 1; } else s.kept.push(current);
  };
  s.at = (f) => {
    if (s.frame < 0 || f < s.frame) reset();
    while (s.frame < f) forward();
    return s;
  };
  s.remaining = () => n - s.kept.length - s.fallen;
  s.pairs = () => { // of the frame shown
    const step = s.frame - 1, pairs = [];
    if (step < 0 || step >= steps) return pairs;
    for (let p = d.offsets[step]; p < d.offsets[step + 1]; p++) {
      pairs.push({ other: d.other[p], overlap: d.overlap[p], fell: !!d.suppressed[p], after: d.after[p] });
    }
    return pairs;
  };
  // The frame in which a box is kept or falls; its own turn for fusion.
  s.decided = () => {
    if (s.when) return s.when;
    s.when = new Int32Array(n).fill(s.last);
    for (let step = 0; step < steps; step++) {
      s.when[d.current[step]] = step + 1;
      for (let p = d.offsets[step]; p < d.offsets[step + 1]; p++) if (d.suppressed[p]) s.when[d.other[p]] = step + 1;
    }
    return s.when;
  };
  return s;
}

// Where a player stands after a slider moved: the result stays the result, else the step of the nearest score.
function nmsSameplace(old, oldData, d, states) {
  if (!old || !oldData || old.index === null || oldData.topic !== d.topic) {
    if (d.look === -2) return states.last;
    return d.look >= 0 ? states.decided()[d.look] : Math.min(1, states.last);
  }
  if (old.index >= old.count - 1) return states.last;
  if (old.index === 0) return 0;
  const score = oldData.scores[oldData.current[old.index - 1]];
  let best = 1, gap = Infinity;
  for (let step = 0; step < states.steps; step++) {
    const g = Math.abs(d.scores[d.current[step]] - score);
    if (g < gap) { gap = g; best = step + 1; }
  }
  return best;
}

const two = (v) => withoutZero(v.toFixed(2));
// An overlap beside its threshold: as many digits as it takes to see on which side it lies.
function beside(v, limit) {
  return Math.abs(v - limit) < .005 ? withoutZero(v.toFixed(4)) : two(v);
}

// The one plain sentence about the frame shown, as HTML; class names are escaped.
function nmsSentence(d, s) {
  const safe = (t) => t.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const named = (i, score = s.score[i]) => `${safe(d.names[d.name[i]])} ${two(score)}`;
  const limit = two(d.threshold), n = s.n;
  if (!n) return d.none;
  if (s.frame === 0) return n === 1 ? 'One box only: nothing can fall. It is kept.'
    : `<b>${n} boxes</b> wait, the best score first. ${d.opening}`;
  if (s.frame === s.last) return nmsVerdict(d, s, n);
  const step = s.frame - 1, i = d.current[step], pairs = s.pairs(), near = d.near[step];
  const best = `<b>${named(i)}</b> is the best left`;
  if (d.fusion) {
    const c = s.clusters[d.cluster[step]], size = c.members.length;
    if (size === 1) return `${best}. No fused box overlaps it by more than ${limit}: it <span class="green">founds a new one</span>.`;
    return `${best}. It overlaps a fused box by ${beside(pairs[0].overlap, d.threshold)}, more than ${limit}: it
      <span class="green">joins</span>, and the box moves to the mean of its ${size} members, weighted by score.`;
  }
  const fell = pairs.filter((p) => p.fell), stay = pairs.filter((p) => !p.fell);
  const things = d.perClass ? `${safe(d.names[d.name[i]])} boxes` : said('boxes');
  if (!near) return `${best}, so it is kept. No other ${d.perClass ? safe(d.names[d.name[i]]) + ' box' : said('box')} that waits touches it: nobody falls.`;
  if (d.soft) return nmsSoftSentence(d, s, { best, named, near, things });
  const measure = d.diou ? 'DIoU' : 'IoU';
  if (!fell.length) {
    return `${best}, so it is kept. It touches ${near} ${near === 1 ? things.replace(/es$/, '') : things}, none by more than ${limit}
      (the most: ${named(stay[0].other)} with ${measure} ${beside(stay[0].overlap, d.threshold)}): nobody falls.`;
  }
  const tragic = fell.filter((p) => d.losers.includes(p.other)).map((p) => ` <span class="red">Among them the best box of a
    real ${safe(d.names[d.name[p.other]])}</span>, ${named(p.other)}, with ${measure} ${beside(p.overlap, d.threshold)}.`).join('');
  const spared = tragic || stay.length ? tragic || ` ${named(stay[0].other)}, with ${beside(stay[0].overlap, d.threshold)}, stays.` : '';
  if (fell.length === 1) {
    return `${best}, so it is kept. ${named(fell[0].other)} overlaps it by ${measure} ${beside(fell[0].overlap, d.threshold)},
      more than ${limit}: <span class="red">it falls</span>.${spared}`;
  }
  return `${best}, so it is kept. It overlaps ${fell.length} rivals by more than ${limit}: <span class="red">they fall</span>.${spared}`;
}

function nmsSoftSentence(d, s, { best, named, near, things }) {
  const pairs = s.pairs(), fell = pairs.filter((p) => p.fell);
  const before = nmsScoresBefore(d, s);
  const sunk = pairs.filter((p) => p.after < before(p) - 1e-4).sort((a, b) => b.overlap - a.overlap);
  if (!sunk.length) return `${best}, so it is kept. It touches ${near} ${things}, none enough to lose score.`;
  const most = sunk[0];
  const end = fell.length
    ? ` <span class="red">${fell.length === 1 ? 'One sinks' : fell.length + ' sink'} below ${two(d.floor)}: gone.</span>` : '';
  return `${best}, so it is kept. ${sunk.length === 1 ? 'One rival loses' : sunk.length + ' rivals lose'} score, the nearer
    the more: ${named(most.other, before(most))} (IoU ${two(most.overlap)}) sinks to <b>${two(most.after)}</b>.${end}`;
}

// Score of a pair's other box before the frame shown: the last step that touched it, or its own.
function nmsScoresBefore(d, s) {
  const start = d.offsets[s.frame - 1];
  return ({ other }) => {
    for (let p = start - 1; p >= 0; p--) if (d.other[p] === other) return d.after[p];
    return d.scores[other];
  };
}

function nmsVerdict(d, s, n) {
  const kept = d.kept.length;
  if (n === 1) return 'One box only: it is kept.';
  if (d.fusion) return `Done: <b>${n} boxes</b> were fused into <b>${kept}</b>. Every one helped to place the mean.`;
  const fell = s.fallen ? `<span class="red">${s.fallen} fell</span>` : 'none fell';
  const soft = d.soft ? ', with the scores that are left to them' : '';
  return `Done: of <b>${n} boxes</b> <span class="green">${kept} ${kept === 1 ? 'is' : 'are'} kept</span>${soft}, ${fell}.`;
}
