// A tracker frame by frame, and within a frame phase by phase: predict, detect, match, what becomes of the tracks.
// uses lib/message lib/dom lib/canvas lib/numbers lib/player lib/frame_video tracking/tables
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector('.tracking-lab');
  const lab = root.lab ?? (root.lab = buildLab(root));
  const { fields } = unpacked(data);
  const fresh = lab.stamp !== fields.stamp;
  Object.assign(lab, { fields, stamp: fields.stamp, changed: true, restart: lab.restart || fresh });
  lab.find('canvas').setAttribute('aria-label', fields.alt);
  lab.settle();
}

function buildLab(root) {
  const find = (s) => root.querySelector(s), lab = { root, find, raw: null, sheet: element('canvas'), at: 0, restart: true };
  lab.video = frameVideo(find('video'), {
    draw: (picture, frame) => {
      const ink = lab.sheet.getContext('2d');
      ink.drawImage(picture, 0, 0, lab.raw.width, lab.raw.height);
      lab.loaded = frame;
      paintStep(lab);
    },
    changed: () => {},
  });
  lab.settle = () => settle(lab);
  document.addEventListener('cvdemo-video', () => { if (root.isConnected) lab.settle(); });
  return lab;
}

// The phases of every frame: predictions, detections, each round of pairing, lives.
const phasesOf = ({ rounds }) => ['predict', 'detect', ...rounds, 'life'];

function settle(lab) {
  const raw = globalThis.cvdemoVideo?.get(lab.fields.key);
  if (raw?.identity !== lab.fields.raw || !lab.changed) return;
  const { fields } = lab, phases = phasesOf(fields), n = phases.length;
  if (lab.raw !== raw) {
    Object.assign(lab, { raw, loaded: -1 });
    sizeCanvas(lab.sheet, raw.width, raw.height);
    sizeCanvas(lab.find('canvas'), raw.width, raw.height);
    lab.video.load(raw.url, raw.times);
  }
  const before = lab.phases ? Math.floor(lab.at / lab.phases.length) : fields.start;
  const frame = Math.min(lab.restart ? fields.start : before, fields.steps.length - 1);
  const start = n * frame + (lab.restart ? 2 : Math.min(lab.at % lab.phases.length, n - 1)); // opens with the matrix
  Object.assign(lab, { phases, changed: false, restart: false });
  lab.find('.phases').replaceChildren(...phases.map((name, k) => element('button', {
    type: 'button', role: 'tab', textContent: `${k + 1} ${name.split(':')[0]}`, onclick: () => { lab.player.stop(); lab.player.go(n * Math.floor(lab.at / n) + k); },
  })));
  lab.player = player(lab.find('.place'), {
    count: n * fields.steps.length, keep: false, start, perSecond: 1.5,
    text: (i) => `frame ${Math.floor(i / n) + 1} / ${fields.steps.length}`,
    show: (i) => { lab.at = i; showStep(lab); },
  });
}

function showStep(lab) {
  const { phases, fields, at } = lab, frame = Math.floor(at / phases.length), phase = at % phases.length;
  [...lab.find('.phases').children].forEach((button, k) => button.setAttribute('aria-selected', k === phase));
  const step = fields.steps[frame], round = phase - 2 >= 0 && phase - 2 < fields.rounds.length ? phase - 2 : null;
  lab.now = { frame, phase, step, round, last: phase === phases.length - 1 };
  lab.find('.says').textContent = sayingOf(lab.now, fields);
  showMatrix(lab.find('.matrix'), lab.now, fields, lab.raw);
  showLives(lab.find('.lives'), lab.now, fields, lab.raw);
  if (lab.loaded !== frame) lab.video.seek(frame); else paintStep(lab);
}

function paintStep(lab) {
  const { raw, now } = lab;
  if (!now || lab.loaded !== now.frame) return;
  const canvas = lab.find('canvas'), ink = canvas.getContext('2d');
  ink.drawImage(lab.sheet, 0, 0);
  const pen = Math.max(2, Math.round(raw.width / 300)), scaled = (box) => box.map((v, k) => v * raw.scale[k % 2]);
  if (now.last) {
    for (const track of now.step.tracks) {
      const dash = track.life === 'confirmed' ? [] : track.life === 'lost' ? [2 * pen, 3 * pen] : [6 * pen, 2 * pen];
      strokeBox(ink, scaled(track.box), trackColour(raw, track.id), 1.5 * pen, dash);
      tag(ink, raw, scaled(track.box), `#${track.id}${track.life === 'confirmed' ? '' : ` ${track.life}`}`, trackColour(raw, track.id));
    }
  } else {
    const paired = pairsUntil(now);
    for (const [id, box] of Object.entries(now.step.predicted)) {
      strokeBox(ink, scaled(box), trackColour(raw, Number(id)), pen, [3 * pen, 2 * pen]);
      tag(ink, raw, scaled(box), `#${id}`, trackColour(raw, Number(id)));
    }
    if (now.phase > 0) now.step.detections.forEach((one, k) => {
      const id = paired.get(k), low = one.score < lab.fields.score;
      strokeBox(ink, scaled(one.box), id ? trackColour(raw, id) : low ? '#bbbbbb' : '#ffffff', id ? 2 * pen : pen);
      tag(ink, raw, scaled(one.box), letterOf(k), '#ffffff', true);
    });
  }
  Object.assign(lab.root.dataset, { frame: now.frame, phase: now.phase });
}

// A label at the upper left corner of a box, or the lower right one.
function tag(ink, raw, [x1, y1, x2, y2], text, colour, below = false) {
  const high = Math.max(14, Math.round(raw.width / 40));
  ink.font = `600 ${Math.round(0.8 * high)}px "Source Sans", sans-serif`;
  const wide = ink.measureText(text).width + 8, left = below ? x2 - wide : x1, top = below ? y2 - high : y1;
  fillBox(ink, [clamp(left, 0, raw.width - wide), clamp(top, 0, raw.height - high), clamp(left, 0, raw.width - wide) + wide, clamp(top, 0, raw.height - high) + high], colour, 0.9);
  ink.fillStyle = '#000';
  ink.fillText(text, clamp(left, 0, raw.width - wide) + 4, clamp(top, 0, raw.height - high) + 0.8 * high);
}
