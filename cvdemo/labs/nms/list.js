// The sorted list beside the picture. Only the rows that can be seen exist, so thousands cost nothing.
// uses lib/dom lib/icons lib/numbers nms/state
const ROW = 26;

function nmsList(list, rows) {
  if (list.nms) return list.nms;
  const l = list.nms = { pool: new Map(), order: [], jump: () => {}, light: () => {} };
  l.show = (d, s, follow) => {
    l.d = d; l.s = s;
    l.order = nmsOrder(d, s);
    rows.style.height = `${l.order.length * ROW}px`;
    if (follow) scrollTo(s.frame > 0 && s.frame < s.last ? l.order.indexOf(d.current[s.frame - 1]) : s.frame === 0 ? 0 : -1);
    l.render();
  };
  const scrollTo = (at) => {
    if (at < 0) return;
    const top = at * ROW, seen = list.clientHeight;
    if (top < list.scrollTop + ROW || top > list.scrollTop + seen - 4 * ROW) list.scrollTop = top - seen / 3;
  };
  l.render = () => {
    const { d, s } = l;
    if (!d) return;
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 3);
    const last = Math.min(l.order.length, first + Math.ceil((list.clientHeight || 400) / ROW) + 6);
    const seen = new Set(l.order.slice(first, last));
    for (const [i, row] of l.pool) if (!seen.has(i)) { row.remove(); l.pool.delete(i); }
    const pairs = new Map(s.pairs().map((p) => [p.other, p]));
    for (let at = first; at < last; at++) fill(rowOf(l.order[at]), l.order[at], at, pairs);
  };
  const rowOf = (i) => {
    if (l.pool.has(i)) return l.pool.get(i);
    const row = element('div', { role: 'listitem' });
    row.innerHTML = '<span class="mark"></span><i></i><span class="name"></span><span class="why"></span>'
      + '<span class="bar"><span></span></span><span class="score"></span>';
    row.onclick = () => l.jump(i);
    row.onpointerenter = () => l.light(i);
    row.onpointerleave = () => l.light(-1);
    l.pool.set(i, row);
    rows.append(row);
    return row;
  };
  const fill = (row, i, at, pairs) => {
    const { d, s } = l, state = s.state[i], pair = pairs.get(i), [mark, swatch, name, why, bar, score] = row.children;
    const touched = pair && !d.fusion && (pair.fell || s.score[i] < d.scores[i]);
    const kinds = ['waiting', 'kept', 'fallen', 'current', 'victim'];
    row.className = `row ${kinds[state]}${touched && state === WAITING ? ' sinks' : ''}`;
    row.style.transform = `translateY(${at * ROW}px)`;
    row.setAttribute('aria-current', state === CURRENT);
    const sign = d.fusion && state === FALLEN ? 'down' : ['', 'check', 'cross', 'play', 'cross'][state];
    if (mark.dataset.sign !== sign) mark.replaceChildren(sign ? icon(sign) : '·');
    mark.dataset.sign = sign;
    swatch.style.background = d.colours[d.name[i]];
    name.textContent = d.names[d.name[i]];
    why.textContent = pair && !d.fusion ? beside(pair.overlap, d.threshold) : '';
    bar.firstChild.style.width = `${100 * Math.min(1, s.score[i])}%`;
    score.textContent = withoutZero(s.score[i].toFixed(3));
  };
  list.addEventListener('scroll', () => l.render(), { passive: true });
  new ResizeObserver(() => l.render()).observe(list);
  return l;
}

// By score; where scores sink, what is kept first, then what waits by its score now, then what is gone.
function nmsOrder(d, s) {
  if (!d.soft) return d.order ?? (d.order = [...d.scores.keys()].sort((a, b) => d.scores[b] - d.scores[a] || a - b));
  const waiting = [], gone = [];
  for (let i = 0; i < s.n; i++) {
    if (s.state[i] === WAITING) waiting.push(i);
    else if (s.state[i] === FALLEN || s.state[i] === VICTIM) gone.push(i);
  }
  const byScore = (a, b) => s.score[b] - s.score[a] || a - b;
  return [...s.kept, ...waiting.sort(byScore), ...gone.sort(byScore)];
}
