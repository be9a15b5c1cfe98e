// A drawn clip with its truth over it, exact to the frame; below it each object's life, as high as it is seen.
// uses lib/message lib/dom lib/icons lib/player lib/frame_video world/overlay
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.world-clip');
  const lab = root.lab ?? (root.lab = buildLab(root));
  lab.data = data;
  root.querySelector('.screen').setAttribute('aria-label', data.alt);
  lab.settle();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { root, find, clip: null };
  lab.video = frameVideo(find('video'), { draw: (picture, frame) => drawFrame(lab, picture, frame), changed: () => showState(lab) });
  lab.settle = () => settle(lab);
  buildControls(lab);
  root.addEventListener('keydown', (e) => keyed(lab, e));
  document.addEventListener('cvdemo-world', lab.settle);
  return lab;
}

function buildControls(lab) {
  const button = (title, sign, onclick) => element('button', { type: 'button', title, ariaLabel: title, onclick }, icon(sign));
  const { video } = lab;
  lab.play = button('Play', 'play', () => toggle(lab));
  lab.play.className = 'play';
  lab.bar = element('input', { type: 'range', min: 0, value: 0, ariaLabel: 'Frame', oninput: () => goTo(lab, Number(lab.bar.value)) });
  lab.says = element('span');
  lab.speed = element('select', { ariaLabel: 'Speed', onchange: () => video.rate(Number(lab.speed.value)) });
  for (const s of [0.1, 0.25, 0.5, 1, 2]) lab.speed.add(new Option(`${s}×`, s, s === 1, s === 1));
  lab.find('.player').replaceChildren(button('First frame', 'first', () => video.seek(0)), button('Frame back', 'back', () => video.step(-1)), lab.play,
    button('Next frame', 'step', () => video.step(1)), button('Last frame', 'last', () => video.step(1e9)), lab.bar, lab.says, lab.speed);
}

function toggle({ video }) { if (video.playing) video.pause(); else video.play(); }

function goTo({ video }, frame) { video.pause(); video.seek(frame); }

function keyed(lab, e) {
  const at = e.composedPath()[0], far = e.shiftKey ? 10 : 1, { video } = lab;
  if (at.tagName === 'SELECT' || (at.tagName === 'INPUT' && at !== lab.bar)) return;
  const by = { ArrowRight: far, ArrowLeft: -far, Home: -1e9, End: 1e9 }[e.key];
  if (by) video.step(by);
  else if (e.key === ' ' && at.tagName !== 'BUTTON') toggle(lab);
  else return;
  e.preventDefault();
}

// Takes over what is new: another clip, other kinds of truth. Maps are unpacked when they are first asked for.
function settle(lab) {
  const clip = globalThis.cvdemoWorld;
  if (clip?.identity !== lab.data.of) return;
  const fresh = lab.clip !== clip;
  lab.clip = clip;
  for (const name of ['masks', 'semantic']) {
    if (lab.data.layers.includes(name) && !(name in clip.maps)) {
      clip.maps[name] = null;
      inflated(clip[name]).then((ids) => { clip.maps[name] = ids; lab.video.show(); });
    }
  }
  if (fresh) {
    sizeCanvas(lab.find('.screen'), clip.width, clip.height);
    lab.bar.max = clip.times.length - 1;
    lab.video.load(clip.url, clip.times);
    lab.video.play();
    drawLives(lab);
  } else if (!lab.video.playing) lab.video.show();
}

function drawFrame(lab, picture, frame) {
  const { clip } = lab, ink = lab.find('.screen').getContext('2d');
  ink.reset();
  ink.drawImage(picture, 0, 0, clip.width, clip.height);
  drawTruth(ink, clip, frame, lab.data.layers);
  lab.bar.value = frame;
  lab.says.textContent = `${frame + 1} / ${clip.times.length} · ${clip.times[frame].toFixed(2)} s`;
  for (const life of lab.find('.lives').querySelectorAll('canvas')) drawLife(clip, life, frame);
  Object.assign(lab.root.dataset, { frame, objects: clip.offsets[frame + 1] - clip.offsets[frame] });
}

// One line for each object: how much of it is seen in each frame. A click goes there.
function drawLives(lab) {
  const { clip } = lab;
  lab.find('.lives').replaceChildren(...clip.names.flatMap((name, k) => {
    const number = element('b', { textContent: k + 1 }), life = element('canvas');
    number.style.background = rgb(clip.trackColours[k]);
    life.track = k + 1;
    life.seen = new Float32Array(clip.times.length);
    for (let frame = 0; frame < clip.times.length; frame++) {
      for (const row of rowsOf(clip, frame)) if (clip.tracks[row] === life.track) life.seen[frame] = clip.visibility[row];
    }
    life.onclick = (e) => goTo(lab, Math.floor((e.offsetX / life.clientWidth) * clip.times.length));
    return [element('span', { className: 'name', title: name }, number, name), life];
  }));
}

function drawLife(clip, life, frame) {
  const count = clip.times.length, ink = sharpCanvas(life, life.clientWidth, life.clientHeight);
  const step = life.clientWidth / count, high = life.clientHeight;
  ink.fillStyle = rgb(clip.trackColours[life.track - 1]);
  life.seen.forEach((seen, k) => { if (seen) ink.fillRect(k * step, high * (1 - seen), step + 0.4, high * seen); });
  ink.fillStyle = getComputedStyle(life).color;
  ink.fillRect(frame * step, 0, Math.max(2, step / 2), high);
}

function showState(lab) {
  const { playing } = lab.video;
  lab.play.replaceChildren(icon(playing ? 'pause' : 'play'));
  lab.play.title = lab.play.ariaLabel = playing ? 'Pause' : 'Play';
  lab.root.dataset.playing = playing;
}
