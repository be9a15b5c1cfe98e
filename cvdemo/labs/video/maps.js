// A clip under its label maps, frame by frame and smoothed, side by side or swiped, with time lines under it.
// uses lib/message lib/sliders lib/frame_video lib/canvas video/deck video/map_paint video/map_lines
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.video-lab');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpacked(data);
  Object.assign(lab, { fields, changed: true });
  if (!lab.follows) followSliders(root, lab.settle, ['cvdemo-video']);
  lab.follows = true;
  openMaps(lab, fields.made, parts);
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { root, find, raw: null, maps: null, cuts: {}, drawn: 0, split: 0.5 };
  lab.video = frameVideo(find('video'), { draw: (picture, frame) => drawFrame(lab, picture, frame), changed: () => showPlaying(lab) });
  lab.settle = () => settle(lab);
  buildDeck(lab);
  for (const name of LAYERS) find(`.${name} canvas`).onpointerdown = find(`.${name} canvas`).onpointermove = (e) => swipeTo(lab, e);
  return lab;
}

// The maps of this answer, each layer [frames * rows * columns]; an answer that comes late does not replace a newer one.
async function openMaps(lab, made, parts) {
  if (lab.maps?.made !== made) {
    const layers = LAYERS.filter((name) => parts[name]);
    const whole = await Promise.all(layers.map((name) => inflated(parts[name])));
    if (lab.fields.made !== made) return;
    lab.maps = { made, ...parts, ...Object.fromEntries(layers.map((name, k) => [name, whole[k]])) };
    lab.changed = true;
  }
  lab.settle();
}

// Take over what is new: another film, Python's maps, sliders that moved.
function settle(lab) {
  const raw = globalThis.cvdemoVideo?.get(lab.fields.key);
  if (raw?.identity !== lab.fields.raw || lab.maps?.made !== lab.fields.made) return;
  const fresh = lab.raw !== raw;
  if (fresh) {
    lab.raw = raw;
    lab.bar.max = raw.times.length - 1;
    lab.video.load(raw.url, raw.times);
  }
  const cuts = sliderValues(lab.fields.cuts), moved = JSON.stringify(cuts) !== JSON.stringify(lab.cuts);
  lab.cuts = cuts;
  if (lab.changed) arrange(lab);
  if ((moved || lab.changed) && !fresh && !lab.video.playing) lab.video.show();
  lab.changed = false;
}

// Which layers are shown: one canvas for each, or one for all that are swiped.
function arrange(lab) {
  const { fields, raw } = lab;
  lab.layers = ['before', fields.smoothing && 'after', fields.truth && 'truth'].filter(Boolean);
  const screens = fields.swipe ? ['before'] : lab.layers;
  for (const name of LAYERS) {
    lab.find(`.${name}`).hidden = !screens.includes(name);
    sizeCanvas(lab.find(`.${name} canvas`), raw.width, raw.height);
    lab.find(`.${name} canvas`).setAttribute('aria-label', fields.alt);
  }
  lab.find('.screens').classList.toggle('single', screens.length === 1);
  lab.root.classList.toggle('swiping', fields.swipe);
  const [left, right] = swiped(lab);
  lab.find('.before figcaption').textContent = fields.swipe ? `${TITLES[left]} | ${TITLES[right]}` : TITLES.before;
  lab.find('.of-after').hidden = !fields.smoothing;
  drawMapLines(lab.find('.lines'), lab, (k) => seekTo(lab, k));
}

// What lies left and right of the swipe's line: the bare picture left, where there is one layer only.
function swiped({ layers }) {
  return layers.length > 1 ? [layers[0], layers.at(-1)] : ['picture', layers[0]];
}

function swipeTo(lab, e) {
  if (!lab.fields.swipe || (e.type === 'pointermove' && !e.buttons)) return;
  const area = e.currentTarget.getBoundingClientRect();
  lab.split = Math.max(0, Math.min(1, (e.clientX - area.left) / area.width));
  if (!lab.video.playing) lab.video.show();
}

// All pictures of one frame: the same VideoFrame, and the maps that belong to its number.
function drawFrame(lab, picture, frame) {
  const { raw, fields } = lab;
  if (!lab.layers) return;
  for (const name of fields.swipe ? ['before'] : lab.layers) {
    const ink = lab.find(`.${name} canvas`).getContext('2d');
    ink.drawImage(picture, 0, 0, raw.width, raw.height);
    if (fields.swipe) drawSwiped(ink, lab, frame, swiped(lab)); else drawMap(ink, lab, name, frame);
  }
  showPlace(lab, frame);
  showClasses(lab.find('.classes'), lab, frame);
}
