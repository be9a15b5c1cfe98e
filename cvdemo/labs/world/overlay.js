// The truth of one frame over its picture.
// uses lib/canvas lib/colours

const TRAIL = 25; // frames that a track's trail goes back

function drawTruth(ink, clip, frame, layers) {
  if (layers.includes('semantic')) drawMap(ink, clip, 'semantic', frame, (id) => [...clip.palette[id], 190]);
  if (layers.includes('masks')) drawMap(ink, clip, 'masks', frame, (track) => (track ? [...clip.trackColours[track - 1], 150] : [0, 0, 0, 0]));
  if (layers.includes('tracks')) for (const row of rowsOf(clip, frame)) drawTrail(ink, clip, frame, clip.tracks[row]);
  for (const row of rowsOf(clip, frame)) {
    const box = clip.boxes.subarray(4 * row, 4 * row + 4), colour = rgb(clip.trackColours[clip.tracks[row] - 1]);
    if (layers.includes('boxes')) {
      strokeBox(ink, box, '#000', 5);
      strokeBox(ink, box, colour, 3);
    }
    if (layers.includes('keypoints')) drawBody(ink, clip, row);
    if (layers.includes('tracks')) drawNumber(ink, String(clip.tracks[row]), (box[0] + box[2]) / 2, box[1], colour);
  }
}

function rowsOf({ offsets }, frame) {
  return Array.from({ length: offsets[frame + 1] - offsets[frame] }, (_, k) => offsets[frame] + k);
}

// A map of ids in colours [r, g, b, alpha], over the whole picture; nothing until it is unpacked.
function drawMap(ink, clip, name, frame, colourOf) {
  const ids = clip.maps[name];
  if (!ids) return;
  const wide = clip.width / clip.coarse, high = clip.height / clip.coarse, start = frame * wide * high;
  const small = clip.small ?? (clip.small = document.createElement('canvas'));
  paintPixels(small, wide, high, (i) => colourOf(ids[start + i]));
  ink.drawImage(small, 0, 0, clip.width, clip.height);
}

// Where the foot of a track was in the last second; it breaks off where nothing was seen.
function drawTrail(ink, clip, frame, track) {
  ink.beginPath();
  let last = null;
  for (let k = Math.max(0, frame - TRAIL); k <= frame; k++) {
    const row = rowsOf(clip, k).find((r) => clip.tracks[r] === track);
    if (row === undefined) { last = null; continue; }
    const [x1, , x2, y2] = clip.boxes.subarray(4 * row, 4 * row + 4);
    if (last === null) ink.moveTo((x1 + x2) / 2, y2); else ink.lineTo((x1 + x2) / 2, y2);
    last = k;
  }
  ink.strokeStyle = rgb(clip.trackColours[track - 1]);
  ink.lineWidth = 4;
  ink.lineJoin = ink.lineCap = 'round';
  ink.stroke();
}

function drawNumber(ink, text, x, top, colour) {
  ink.font = '700 17px sans-serif';
  const wide = ink.measureText(text).width + 10, y = Math.max(0, top - 24);
  fillBox(ink, [x - wide / 2, y, x + wide / 2, y + 22], colour);
  ink.fillStyle = '#111';
  ink.textAlign = 'center';
  ink.fillText(text, x, y + 17);
}

function drawBody(ink, { keypoints, limbs, joints }, row) {
  const at = (k) => keypoints.subarray(51 * row + 3 * k, 51 * row + 3 * k + 3);
  ink.lineCap = 'round';
  for (const [dark, thick] of [['#000', 5], [null, 3]]) {
    for (const [a, b, colour] of limbs) {
      if (!at(a)[2] || !at(b)[2]) continue;
      ink.strokeStyle = dark ?? colour;
      ink.lineWidth = thick;
      ink.beginPath();
      ink.moveTo(at(a)[0], at(a)[1]);
      ink.lineTo(at(b)[0], at(b)[1]);
      ink.stroke();
    }
  }
  joints.forEach((colour, k) => {
    const [x, y, seen] = at(k);
    if (!seen) return;
    fillDot(ink, x, y, 4.5, '#000');
    fillDot(ink, x, y, 3.2, seen === 2 ? colour : '#000'); // hollow where something hides it
  });
}
