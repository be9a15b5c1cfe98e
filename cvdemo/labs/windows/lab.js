// A window runs over a pyramid of resized pictures: where it stands in the picture and in its level, what it
// shows, what the classifier says of it, and the heat map that fills as it goes.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.windows');
  const lab = root.lab ?? (root.lab = buildBoard(root));
  const { fields, parts } = unpackedParts(data);
  if (lab.identity === fields.identity) return;
  lab.identity = fields.identity;
  lab.open(fields, parts);
}

function buildBoard(root) {
  const find = (s) => root.querySelector(s), lab = { which: 0, opacity: 0.75, root, find };
  find('.opacity').oninput = (e) => { lab.opacity = e.target.value / 100; lab.show(lab.player.index); };
  find('.which').onchange = (e) => { lab.which = Number(e.target.value); lab.show(lab.player.index); };
  lab.show = (i) => showWindow(lab, i);
  lab.open = (fields, parts) => {
    Object.assign(lab, { fields, level: null, levels: levelsOf(fields, parts.probabilities) });
    if (lab.url) URL.revokeObjectURL(lab.url);
    lab.url = URL.createObjectURL(new Blob([parts.picture], { type: 'image/jpeg' }));
    for (const image of root.querySelectorAll('img')) Object.assign(image, { src: lab.url, alt: fields.alt });
    if (!find('.which').length) find('.which').append(...fields.names.map((name, k) => new Option(name, k)));
    find('.levels').replaceChildren(...lab.levels.map((level) => levelButton(lab, level)));
    const last = lab.levels.at(-1), count = last.first + last.cells;
    lab.player = player(find('.place'), {
      count, keep: false, perSecond: 40, show: lab.show,
      start: bestWindow(lab.levels),
      text: (i) => `window ${(i + 1).toLocaleString('en-US')} of ${count.toLocaleString('en-US')}`,
    });
    find('.view img').decode().then(() => lab.show(lab.player.index)).catch(() => {});
    root.dataset.ready = fields.identity;
  };
  followPointer(lab);
  return lab;
}

// Levels with the number of their first window, and their scores: row 0 is any thing, 1 less the background.
function levelsOf(fields, bytes) {
  const all = new Float32Array(bytes.slice().buffer), { window, stride, names, colours } = fields;
  let first = 0, at = 0;
  return fields.levels.map((level) => {
    const cells = level.rows * level.columns, probabilities = all.slice(at, at + cells * names.length);
    for (let k = 0; k < cells; k++) probabilities[k] = 1 - probabilities[k];
    const built = { ...level, window, stride, names, colours, first, cells, probabilities };
    first += cells; at += cells * names.length;
    return built;
  });
}

// The window that most looks like a thing: there the player begins.
function bestWindow(levels) {
  let best = 0, most = -1;
  for (const { first, cells, probabilities } of levels) {
    for (let k = 0; k < cells; k++) if (probabilities[k] > most) [most, best] = [probabilities[k], first + k];
  }
  return best;
}

function levelButton(lab, level) {
  const button = document.createElement('button'), [w, h] = level.side.map(Math.round);
  button.type = 'button';
  button.textContent = `${w} × ${h}`;
  button.title = `${level.cells} windows of ${w} x ${h} pixels`;
  button.onclick = () => { lab.player.stop(); lab.player.go(level.first + level.cells - 1); };
  return button;
}

function showWindow(lab, i) {
  const { find, levels, fields } = lab;
  const number = levels.findLastIndex((level) => level.first <= i), level = levels[number];
  const cell = i - level.first, [r, c] = [Math.floor(cell / level.columns), cell % level.columns];
  lab.spot = { number, r, c };
  const share = { left: (c * level.stride) / level.width, top: (r * level.stride) / level.height,
    width: level.window / level.width, height: level.window / level.height };
  for (const box of lab.root.querySelectorAll('.box')) {
    for (const [side, part] of Object.entries(share)) box.style[side] = `${100 * part}%`;
  }
  if (lab.level !== number) showLevel(lab, number);
  drawHeat(find('.view canvas'), { probabilities: level.probabilities }, level, lab.which, lab.opacity, cell + 1);
  cutOut(lab, share);
  const values = fields.names.map((_, k) => level.probabilities[k * level.cells + cell]);
  find('.bars').replaceChildren(...bars(fields, values));
  lab.root.dataset.values = JSON.stringify({ level: number, at: [r, c], values });
}

// The level's own picture, as large beside the others as it is: a small one is a picture seen from afar.
function showLevel(lab, number) {
  lab.level = number;
  const level = lab.levels[number], widest = Math.max(...lab.levels.map((one) => one.width));
  const tallest = Math.max(...lab.levels.map((one) => one.height)), frame = lab.find('.frame');
  frame.style.width = `${Math.max(14, (100 * level.width) / Math.max(widest, tallest))}%`;
  frame.style.aspectRatio = `${level.width} / ${level.height}`;
  lab.find('.title').textContent = `Resized to ${level.width} × ${level.height}: the window stays ${level.window} × ${level.window}`;
  [...lab.find('.levels').children].forEach((button, k) => {
    button.classList.toggle('now', k === number);
    button.setAttribute('aria-pressed', k === number);
  });
}

function cutOut(lab, share) {
  const canvas = lab.find('.cut'), image = lab.find('.view img');
  if (canvas.width !== 118) Object.assign(canvas, { width: 118, height: 118 });
  if (!image.naturalWidth) return;
  const [w, h] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext('2d').drawImage(image, share.left * w, share.top * h, share.width * w, share.height * h, 0, 0, 118, 118);
}

function bars({ names, colours }, values) {
  const rows = [['background', '#888', 1 - values[0]], ...names.slice(1).map((name, k) => [name, colours[k + 1], values[k + 1]])];
  return rows.map(([name, colour, value]) => {
    const row = document.createElement('div');
    row.innerHTML = `<span>${name}</span><i style="background:${colour};width:${100 * value}%"></i><b>${Math.round(100 * value)} %</b>`;
    return row;
  });
}

// Pointing at the picture puts the window of the present level there.
function followPointer(lab) {
  const view = lab.find('.view');
  view.onpointerdown = view.onpointermove = (e) => {
    if (!lab.spot || (e.type === 'pointermove' && !e.buttons && e.pointerType !== 'mouse') || lab.player.timer) return;
    const frame = view.getBoundingClientRect(), level = lab.levels[lab.spot.number];
    const to = (part, side, count) => Math.max(0, Math.min(count - 1, Math.round((part * side - level.window / 2) / level.stride)));
    const r = to((e.clientY - frame.top) / frame.height, level.height, level.rows);
    const c = to((e.clientX - frame.left) / frame.width, level.width, level.columns);
    lab.player.go(level.first + r * level.columns + c);
  };
}
