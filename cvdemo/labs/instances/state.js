// What the sliders leave of the raw detections, with their masks pasted at the size of the board.
// uses lib/boxes lib/select lib/masks

// The detections that stay, best first, each with its place, its pixels and its area in pixels of the picture.
function keptInstances(raw, starts, now, before) {
  const known = new Map((before ?? []).map((one) => [one.row, one.patch]));
  const rows = selectRows(raw, { ...now, iou: raw.nms ? now.iou : 1, classes: raw.classes, limit: raw.limit });
  const least = Math.fround(now.mask), pixel = 1 / (raw.scale[0] * raw.scale[1]);
  return rows.map((row, rank) => {
    const patch = known.get(row) ?? pasteMask(maskAt(raw, starts, row), raw.maskBoxes.subarray(4 * row, 4 * row + 4), raw.width, raw.height);
    const inside = new Uint8Array(patch.values.length);
    let count = 0;
    for (let k = 0; k < inside.length; k++) count += inside[k] = patch.values[k] >= least ? 1 : 0;
    const [name, classColour] = raw.names[raw.classIds[row]];
    return {
      row, name, patch, inside, classId: raw.classIds[row], score: raw.scores[row], area: count * pixel,
      box: Array.from(boxAt(raw.boxes, row), (v, k) => v * raw.scale[k]),
      classInk: inkOf(classColour), classColour, colour: raw.palette[rank % raw.palette.length],
      ink: inkOf(raw.palette[rank % raw.palette.length]),
    };
  });
}

// Where each mask begins in the row of all masks' cells.
function maskStarts({ maskShapes, scores }) {
  const starts = [0];
  for (let k = 0; k < scores.length; k++) starts.push(starts[k] + maskShapes[2 * k] * maskShapes[2 * k + 1]);
  return starts;
}

function maskAt(raw, starts, row) {
  const [rows, columns] = raw.maskShapes.subarray(2 * row, 2 * row + 2);
  return { rows, columns, values: raw.masks.subarray(starts[row], starts[row + 1]) };
}

// "#rrggbb" as a pixel of an ImageData, opaque.
function inkOf(hex) {
  const v = parseInt(hex.slice(1), 16);
  return ((255 << 24) | ((v & 255) << 16) | (v & 0xff00) | (v >> 16)) >>> 0;
}

// Sets the pixels of a map of a width that belong to an object.
function fillMask(map, width, { patch, inside }, value) {
  for (let y = 0, k = 0; y < patch.high; y++) {
    for (let x = 0, at = (patch.top + y) * width + patch.left; x < patch.wide; x++, k++, at++) if (inside[k]) map[at] = value;
  }
}

// For each pixel 1 + the place in `kept` of the object on top, 0 for none: the first of `kept` is on top.
function ownerMap(map, kept, width) {
  map.fill(0);
  for (let n = kept.length - 1; n >= 0; n--) fillMask(map, width, kept[n], n + 1);
  return map;
}

// Count, area and, where `regions` are asked for, regions of each class, the largest area first; `classes` [H x W] is
// 1 + the class's place in `ids`.
function classRows(kept, classes, ids, raw, regions) {
  const area = new Float64Array(ids.length + 1), parts = regions ? countParts(classes, raw.width, raw.height) : new Map();
  for (let k = 0; k < classes.length; k++) area[classes[k]]++;
  return ids.map((id, n) => {
    const own = kept.filter((one) => one.classId === id);
    return { id, name: own[0].name, colour: own[0].classColour, objects: own.length, regions: parts.get(n + 1) ?? 0,
      area: area[n + 1] / (raw.scale[0] * raw.scale[1]), share: area[n + 1] / classes.length };
  }).sort((a, b) => b.area - a.area);
}
