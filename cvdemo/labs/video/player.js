// A clip twice, frame by frame and tracked, with time lines under it. Score and NMS thresholds are answered here for
// the left one; Python answers with new tracks for the right one, while the video goes on.
// uses lib/message lib/sliders lib/frame_video video/deck video/overlay video/lines
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.video-lab');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields, parts } = unpacked(data);
  lab.send = (id) => setStateValue('picked', { id, of: fields.raw, stamp: fields.stamp });
  Object.assign(lab, { fields, parts, changed: true });
  if (!lab.follows) followSliders(root, lab.settle, ['cvdemo-video']);
  lab.follows = true;
  lab.settle();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { root, find, raw: null, cuts: {}, drawn: 0 };
  lab.video = frameVideo(find('video'), { draw: (picture, frame) => drawFrame(lab, picture, frame), changed: () => showPlaying(lab) });
  lab.settle = () => settle(lab);
  buildDeck(lab);
  for (const name of ['before', 'after']) find(`.${name} canvas`).onclick = (e) => pickAt(lab, name, e);
  return lab;
}

// Take over what is new: another film, Python's tracks, sliders that moved.
function settle(lab) {
  const raw = globalThis.cvdemoVideo?.get(lab.fields.key);
  if (raw?.identity !== lab.fields.raw) return;
  const fresh = lab.raw !== raw;
  if (fresh) openClip(lab, raw);
  const cuts = sliderValues(lab.fields.cuts), moved = JSON.stringify(cuts) !== JSON.stringify(lab.cuts);
  lab.cuts = cuts;
  if (lab.changed) {
    lab.tracked = { ...lab.parts, starts: startsOf(lab.parts.frame, raw.times.length) };
    lab.find('.screens').classList.toggle('single', !lab.fields.tracking);
    lab.find('.after').hidden = !lab.fields.tracking;
    lab.find('.after canvas').setAttribute('aria-label', lab.fields.alt);
    drawLines(lab.find('.lines'), lab, { seek: (k) => seekTo(lab, k), pick: (id) => lab.send(id) });
  }
  if ((moved || lab.changed) && !fresh && !lab.video.playing) lab.video.show();
  lab.changed = false;
}

function openClip(lab, raw) {
  lab.raw = raw;
  for (const name of ['before', 'after']) sizeCanvas(lab.find(`.${name} canvas`), raw.width, raw.height);
  lab.bar.max = raw.times.length - 1;
  lab.video.load(raw.url, raw.times);
}

// Both pictures of one frame: the same VideoFrame, and what belongs to its number.
function drawFrame(lab, picture, frame) {
  const { raw, fields } = lab, truth = fields.truth ? truthOf(raw, frame) : null;
  lab.shown = { before: detectionsOf(raw, frame, lab.cuts), after: fields.tracking ? tracksOf(raw, lab.tracked, frame) : [] };
  for (const name of fields.tracking ? ['before', 'after'] : ['before']) {
    const ink = lab.find(`.${name} canvas`).getContext('2d');
    ink.drawImage(picture, 0, 0, raw.width, raw.height);
    drawOverlay(ink, raw, lab.shown[name], { chosen: fields.chosen, truth });
  }
  showPlace(lab, frame);
  Object.assign(lab.root.dataset, { boxes: lab.shown.before.length, tracks: lab.shown.after.length });
}

function truthOf(raw, frame) {
  if (!raw.truthBoxes) return null;
  const boxes = [];
  for (let k = raw.truthOffsets[frame]; k < raw.truthOffsets[frame + 1]; k++) boxes.push(boxAt(raw.truthBoxes, k));
  return boxes;
}

// Choose the smallest object under the pointer, of the track that has its detection.
function pickAt(lab, name, e) {
  const canvas = e.currentTarget, area = canvas.getBoundingClientRect();
  const at = [((e.clientX - area.left) / area.width) * lab.raw.width / lab.raw.scale[0], ((e.clientY - area.top) / area.height) * lab.raw.height / lab.raw.scale[1]];
  const under = (lab.shown?.[name] ?? []).filter((one) => boxContains(one.box, at)).sort((a, b) => boxArea(a.box) - boxArea(b.box))[0];
  if (!under) return;
  const id = under.id || lab.shown.after.find((one) => one.row === under.row)?.id;
  if (id) lab.send(id);
}
