// A window runs over a pyramid of resized pictures: where it stands in the picture and in its level, what it
// shows, what the classifier says of it, and the heat map that fills as it goes.
// uses lib/message lib/pictures lib/player lib/dom lib/canvas lib/pointer lib/numbers lib/score_maps lib/said
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.windows');
  const lab = root.lab ?? (root.lab = buildBoard(root));
  const { fields, parts } = unpacked(data);
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
    showPicture(root, fields, parts.picture);
    if (!find('.which').length) find('.which').append(...fields.names.map((name, k) => new Option(name, k)));
    find('.levels').replaceChildren(...lab.levels.map((level) => levelButton(lab, level)));
    const last = lab.levels.at(-1), count = last.first + last.cells;
    lab.player = player(find('.place'), {
      count, keep: false, perSecond: 40, show: lab.show,
      start: bestWindow(lab.levels),
      text: (i) => `window ${grouped(i + 1)} of ${grouped(count)}`,
    });
    find('.view img').decode().then(() => lab.show(lab.player.index)).catch(() => {});
    root.dataset.ready = fields.identity;
  };
  followPointer(lab);
  return lab;
}

// Levels with the number of their first window, and their scores: row 0 is any thing, 1 less the background.
function levelsOf(fields, all) {
  const { window, stride, names, colours } = fields;
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
  const [w, h] = level.side.map(Math.round);
  return element('button', {
    type: 'button', textContent: `${w} × ${h}`, title: `${level.cells} windows of ${w} x ${h} pixels`,
    onclick: () => { lab.player.stop(); lab.player.go(level.first + level.cells - 1); },
  });
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
  drawScoreMap(find('.view canvas'), level, level, lab.which, lab.opacity, cell + 1);
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
  sizeCanvas(canvas, 118, 118);
  if (!image.naturalWidth) return;
  const [w, h] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext('2d').drawImage(image, share.left * w, share.top * h, share.width * w, share.height * h, 0, 0, 118, 118);
}

function bars({ names, colours }, values) {
  const rows = [[said('background'), '#888', 1 - values[0]], ...names.slice(1).map((name, k) => [name, colours[k + 1], values[k + 1]])];
  return rows.map(([name, colour, value]) => {
    const innerHTML = `<span>${name}</span><i style="background:${colour};width:${100 * value}%"></i><b>${percent(value)}</b>`;
    return element('div', { innerHTML });
  });
}

// Pointing at the picture puts the window of the present level there.
function followPointer(lab) {
  const view = lab.find('.view');
  view.onpointerdown = view.onpointermove = (e) => {
    if (!lab.spot || (e.type === 'pointermove' && !e.buttons && e.pointerType !== 'mouse') || lab.player.timer) return;
    const level = lab.levels[lab.spot.number], [x, y] = shareUnder(e, view);
    const to = (share, side, count) => clamp(Math.round((share * side - level.window / 2) / level.stride), 0, count - 1);
    const r = to(y, level.height, level.rows), c = to(x, level.width, level.columns);
    lab.player.go(level.first + r * level.columns + c);
  };
}
