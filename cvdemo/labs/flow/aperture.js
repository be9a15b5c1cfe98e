// The aperture problem: through a hole a stripe seems to move across itself, whatever its true motion.
// Python hears of it when the pointer is up (`moved`: angle, u, v, pattern).
// uses lib/message lib/dom lib/canvas lib/drag lib/pointer flow/math flow/arrow
export default function ({ data, parentElement, setStateValue }) {
  const { fields } = unpacked(data);
  const root = parentElement.querySelector('.flow-aperture');
  const lab = root.lab ?? (root.lab = buildAperture(root));
  lab.send = () => setStateValue('moved', { angle: lab.angle, u: lab.u, v: lab.v, pattern: lab.pattern, stamp: lab.stamp, count: ++lab.sent });
  if (lab.stamp !== fields.stamp) {
    const { angle, u, v, pattern, stamp } = fields;
    Object.assign(lab, { angle, u, v, pattern, stamp });
  }
  lab.python = fields.python;
  lab.draw();
}

const REACH = 60; // pixels a second from the middle of the plane to its edge
const TRUE_MOTION = '#56b4e9', SEEN_MOTION = '#e69f00';

function buildAperture(root) {
  const find = (s) => root.querySelector(s);
  const lab = { root, find, sent: 0, time: 0, open: false, running: !matchMedia('(prefers-reduced-motion: reduce)').matches };
  const button = (text, onclick) => element('button', { type: 'button', textContent: text, onclick });
  lab.buttons = {
    stripe: button('Stripe', () => lab.set({ pattern: 'stripe' })), corner: button('Corner', () => lab.set({ pattern: 'corner' })),
    open: button('Take the cover away', () => { lab.open = !lab.open; lab.draw(); }),
    run: button('Pause', () => { lab.running = !lab.running; lab.draw(); lab.run(); }),
  };
  find('.buttons').append(...Object.values(lab.buttons));
  lab.set = (values) => { Object.assign(lab, values); lab.draw(); lab.send(); };
  lab.draw = () => { drawHole(lab); drawPlane(lab); showWords(lab); };
  lab.run = () => {
    cancelAnimationFrame(lab.frame);
    let before = performance.now();
    const next = (now) => {
      if (!lab.running || !root.isConnected) return;
      lab.time = (lab.time + (now - before) / 1000) % 4;
      before = now;
      drawHole(lab);
      lab.frame = requestAnimationFrame(next);
    };
    lab.frame = requestAnimationFrame(next);
  };
  turnByHand(find('.hole'), lab);
  moveByHand(find('.plane'), lab);
  new ResizeObserver(() => lab.python && lab.draw()).observe(root);
  lab.run();
  return lab;
}

function turnByHand(hole, lab) {
  const angleAt = (e) => { const [x, y] = shareUnder(e, hole); return (Math.atan2(y - 0.5, x - 0.5) * 180) / Math.PI; };
  dragged(hole, {
    begin: (e) => ({ from: angleAt(e), angle: lab.angle }),
    move: (it, dx, dy, e) => { lab.angle = wrapAngle(it.angle + angleAt(e) - it.from); lab.draw(); },
    end: (it, moved) => { if (moved) lab.send(); },
  });
  hole.onkeydown = (e) => {
    const way = arrowOf(e);
    if (!way) return;
    lab.set({ angle: wrapAngle(lab.angle + (way[0] + way[1]) * (e.shiftKey ? 15 : 3)) });
    e.preventDefault(); e.stopPropagation();
  };
}

function moveByHand(plane, lab) {
  const put = (e) => {
    const [x, y] = shareUnder(e, plane);
    Object.assign(lab, { u: within((2 * x - 1) * REACH), v: within((2 * y - 1) * REACH) });
    lab.draw();
  };
  dragged(plane, { begin: (e) => { put(e); return {}; }, move: (it, dx, dy, e) => put(e), end: () => lab.send() });
  plane.onkeydown = (e) => {
    const way = arrowOf(e), by = e.shiftKey ? 10 : 2;
    if (!way) return;
    lab.set({ u: within(lab.u + way[0] * by), v: within(lab.v + way[1] * by) });
    e.preventDefault(); e.stopPropagation();
  };
}

const wrapAngle = (a) => Math.round((((a % 180) + 180) % 180) * 100) / 100;
const within = (v) => Math.round(Math.max(-REACH, Math.min(REACH, v)) * 100) / 100;

// The pattern as it moves, behind a cover with a round hole.
function drawHole(lab) {
  const canvas = lab.find('.hole'), side = canvas.clientWidth;
  if (!side || lab.angle === undefined) return;
  const ink = sharpCanvas(canvas, side, side), middle = side / 2, scale = side / 300, phase = lab.time - 2;
  const at = [middle + lab.u * phase * scale, middle + lab.v * phase * scale];
  ink.fillStyle = '#e9e2d0';
  ink.fillRect(0, 0, side, side);
  ink.save();
  ink.translate(...at);
  ink.rotate((lab.angle * Math.PI) / 180);
  ink.fillStyle = '#33425b';
  const wide = 34 * scale, long = 3 * side;
  if (lab.pattern === 'corner') ink.fillRect(-long, -long, long + wide / 2, long + wide / 2);
  else ink.fillRect(-wide / 2, -long / 2, wide, long);
  ink.restore();
  ink.fillStyle = '#7d8790';
  ink.globalAlpha = lab.open ? 0.25 : 1;
  ink.beginPath();
  ink.rect(0, 0, side, side);
  ink.arc(middle, middle, 0.27 * side, 0, 2 * Math.PI, true);
  ink.fill();
  ink.globalAlpha = 1;
  const arrow = (motion, colour) => strokeArrow(ink, [middle, middle], motion.map((m) => middle + 2 * m * scale), colour, 4);
  if (lab.open) arrow([lab.u, lab.v], TRUE_MOTION);
  arrow(seenMotion(lab.angle, [lab.u, lab.v], lab.pattern), SEEN_MOTION);
}

// Every motion is a point: each edge allows those of a line.
function drawPlane(lab) {
  const canvas = lab.find('.plane'), side = canvas.clientWidth;
  if (!side || lab.angle === undefined) return;
  const ink = sharpCanvas(canvas, side, side), style = getComputedStyle(lab.root), middle = side / 2, scale = middle / REACH;
  const place = ([u, v]) => [middle + u * scale, middle + v * scale];
  Object.assign(ink, { strokeStyle: style.color, lineWidth: 1, globalAlpha: 0.4 });
  ink.strokeRect(middle, -1, 0, side + 2);
  ink.strokeRect(-1, middle, side + 2, 0);
  ink.globalAlpha = 1;
  Object.assign(ink, { strokeStyle: '#009e73', lineWidth: 3 });
  for (const [x, y] of normalsOf(lab.angle, lab.pattern)) {
    const speed = x * lab.u + y * lab.v, foot = [speed * x, speed * y];
    ink.beginPath();
    ink.moveTo(...place([foot[0] - 200 * y, foot[1] + 200 * x]));
    ink.lineTo(...place([foot[0] + 200 * y, foot[1] - 200 * x]));
    ink.stroke();
  }
  strokeArrow(ink, [middle, middle], place([lab.u, lab.v]), TRUE_MOTION, 4);
  strokeArrow(ink, [middle, middle], place(seenMotion(lab.angle, [lab.u, lab.v], lab.pattern)), SEEN_MOTION, 4);
}

function showWords(lab) {
  const { buttons, pattern, angle, u, v } = lab, seen = seenMotion(angle, [u, v], pattern), [low, high] = edgeEigenvalues(pattern);
  buttons.stripe.setAttribute('aria-pressed', pattern === 'stripe');
  buttons.corner.setAttribute('aria-pressed', pattern === 'corner');
  buttons.open.setAttribute('aria-pressed', lab.open);
  buttons.run.textContent = lab.running ? 'Pause' : 'Play';
  const both = `<b class="true">True</b>: (${u.toFixed(1)}, ${v.toFixed(1)}). <b class="seen">Seen</b>: (${seen.map((s) => s.toFixed(1)).join(', ')}).`;
  lab.find('.says').innerHTML = pattern === 'corner'
    ? `${both} Two edges give two <b class="line">lines</b>; they cross in one motion. A corner can be trusted.`
    : `${both} One edge gives one <b class="line">line</b>: every motion on it looks the same through the hole. The shortest is the normal flow.`;
  lab.find('.formula').innerHTML = `smaller eigenvalue <b>${low}</b>, larger <b>${high}</b>`;
  lab.root.dataset.values = JSON.stringify({ angle, u, v, pattern, seen, eigenvalues: [low, high] });
  showPython(lab, seen);
}

function showPython({ find, python, angle, u, v, pattern }, seen) {
  const same = [python.angle - angle, python.u - u, python.v - v].every((d) => Math.abs(d) < 1e-6) && python.pattern === pattern;
  const place = find('.python');
  place.dataset.values = same ? JSON.stringify(python) : '';
  const agrees = same && python.seen.every((s, k) => Math.abs(s - seen[k]) < 1e-6);
  place.innerHTML = same ? `Python, the 2 × 2 system: (${python.seen.map((s) => s.toFixed(1)).join(', ')})${agrees ? '' : ': another answer'}` : 'Python answers when you let go …';
}
