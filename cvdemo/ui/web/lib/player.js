// A player over steps 0 … count - 1: buttons first, back, play, step, last, a seek bar, speed, keys.
//
// `place` is an empty element of the component; the player is built into it once and lives as long as it. It is
// hidden while there are no steps.
// `options`: count; show(i), called with every step shown; keep: false to start over at `start`, true to stay
// near the present step; perSecond: steps a second at speed 1; text(i): what stands right of the bar.
// Keys, while the focus is anywhere inside the component: arrows, Home, End, space; Shift + arrow: ten steps.
// Returns { go(i), stop(), index }.
// uses lib/dom lib/icons
function player(place, options) {
  const p = place.player ?? (place.player = buildPlayer(place));
  const { keep = true, start = 0 } = options;
  p.stop();
  Object.assign(p, { perSecond: 2, text: (i) => `${i + 1} / ${p.count}` }, options);
  place.hidden = !p.count;
  p.bar.max = Math.max(0, p.count - 1);
  if (p.count) p.go(keep && p.index !== null ? p.index : start); else p.index = null;
  return p;
}

function buildPlayer(place) {
  const p = { index: null, count: 0, timer: null };
  const button = (title, sign, onclick) => element('button', { type: 'button', title, ariaLabel: title, onclick }, icon(sign));
  p.go = (i) => {
    p.index = Math.max(0, Math.min(p.count - 1, i));
    p.bar.value = p.index;
    p.says.textContent = p.text(p.index);
    p.show(p.index);
    if (p.index >= p.count - 1) p.stop();
  };
  p.stop = () => {
    clearInterval(p.timer);
    p.timer = null;
    p.play.replaceChildren(icon('play')); p.play.title = 'Play';
  };
  p.toggle = () => {
    if (p.timer) return p.stop();
    if (p.index >= p.count - 1) p.go(0);
    p.play.replaceChildren(icon('pause')); p.play.title = 'Pause';
    // Above 30 steps a second several steps are taken at once: the screen shows no more.
    const rate = p.perSecond * Number(p.speed.value), stride = Math.max(1, Math.round(rate / 30));
    p.timer = setInterval(() => p.go(p.index + stride), (1000 * stride) / rate);
  };
  const jump = (i) => { p.stop(); p.go(i); };
  p.play = button('Play', 'play', () => p.toggle());
  p.play.className = 'play';
  p.bar = element('input', { type: 'range', min: 0, value: 0, ariaLabel: 'Step', oninput: () => jump(Number(p.bar.value)) });
  p.speed = element('select', { ariaLabel: 'Speed', onchange: () => { if (p.timer) { p.stop(); p.toggle(); } } });
  for (const s of [0.5, 1, 2, 5, 20, 100]) p.speed.add(new Option(`${s}×`, s, s === 1, s === 1));
  p.says = element('span', { ariaLive: 'polite' });
  place.replaceChildren(element('div', { className: 'player', role: 'group', ariaLabel: 'Player: arrow keys step, space plays' },
    button('First step', 'first', () => jump(0)), button('Step back', 'back', () => jump(p.index - 1)), p.play,
    button('Step', 'step', () => jump(p.index + 1)), button('Last step', 'last', () => jump(p.count - 1)),
    p.bar, p.says, p.speed));
  (place.parentElement ?? place).addEventListener('keydown', (e) => playerKey(p, jump, e));
  return p;
}

function playerKey(p, jump, e) {
  const at = e.composedPath()[0];
  if (!p.count || at.tagName === 'SELECT' || (at.tagName === 'INPUT' && at !== p.bar)) return;
  const far = e.shiftKey ? 10 : 1;
  const to = { ArrowRight: p.index + far, ArrowLeft: p.index - far, Home: 0, End: p.count - 1 }[e.key];
  if (to !== undefined) jump(to);
  else if (e.key === ' ' && at.tagName !== 'BUTTON') p.toggle();
  else return;
  e.preventDefault();
}
