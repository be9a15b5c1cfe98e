// What a model found in a frame, over the camera's picture.
// uses lib/canvas lib/dom

// Draws an answer over a stage of the camera; `mirrored` turns places round, never letters.
function paintAnswer(stage, answer, frame, { limbs, joints, least, opacity, mirrored }) {
  const overlay = stage.querySelector('.overlay');
  const ink = sharpCanvas(overlay, stage.clientWidth, stage.clientHeight);
  const k = stage.clientWidth / frame.width;
  const x = (v) => (mirrored ? stage.clientWidth - v * k : v * k), y = (v) => v * k;
  ink.lineJoin = ink.lineCap = 'round';
  for (const [n, outlines] of (answer.masks ?? []).entries()) fillMask(ink, outlines, answer.colours[n], opacity, x, y);
  for (const [n, box] of (answer.boxes ?? []).entries()) {
    const ends = [x(box[0]), x(box[2])];
    const [x1, x2] = [Math.min(...ends), Math.max(...ends)], text = `${answer.names[n]} ${answer.scores[n].toFixed(2)}`;
    strokeBox(ink, [x1, y(box[1]), x2, y(box[3])], answer.colours[n], 3);
    writeLabel(ink, text, x1, y(box[1]), answer.colours[n]);
  }
  for (const points of answer.keypoints ?? []) drawLimbs(ink, points, { limbs, joints, least }, x, y);
}

function fillMask(ink, outlines, colour, opacity, x, y) {
  ink.beginPath();
  for (const outline of outlines) {
    outline.forEach(([u, v], i) => (i ? ink.lineTo(x(u), y(v)) : ink.moveTo(x(u), y(v))));
    ink.closePath();
  }
  ink.globalAlpha = opacity;
  ink.fillStyle = colour;
  ink.fill('evenodd');
  ink.globalAlpha = 1;
}

function writeLabel(ink, text, left, top, colour) {
  ink.font = '600 15px sans-serif';
  const wide = ink.measureText(text).width + 8, above = Math.max(0, top - 21);
  const from = Math.max(0, Math.min(left - 1.5, ink.canvas.clientWidth - wide));
  fillBox(ink, [from, above, from + wide, above + 21], colour);
  ink.fillStyle = '#000';
  ink.fillText(text, from + 4, above + 16);
}

function drawLimbs(ink, points, { limbs, joints, least }, x, y) {
  for (const [dark, width] of [['#000', 6], [null, 3.5]]) {
    for (const [a, b, colour] of limbs) {
      if (points[a][2] < least || points[b][2] < least) continue;
      ink.strokeStyle = dark ?? colour;
      ink.lineWidth = width;
      ink.beginPath();
      ink.moveTo(x(points[a][0]), y(points[a][1]));
      ink.lineTo(x(points[b][0]), y(points[b][1]));
      ink.stroke();
    }
  }
  points.forEach(([u, v, score], k) => {
    if (score < least) return;
    fillDot(ink, x(u), y(v), 5, '#000');
    fillDot(ink, x(u), y(v), 3.6, joints[k]);
  });
}

// The label map of an answer, a PNG, over the whole stage; nothing where it has none. It is decoded first: by then it
// may be `wanted()` no more.
async function paintLabels(stage, answer, opacity, wanted) {
  const canvas = stage.querySelector('.labels'), ink = canvas.getContext('2d');
  if (!answer?.labels) return ink.clearRect(0, 0, canvas.width, canvas.height);
  const image = await createImageBitmap(await (await fetch(answer.labels)).blob());
  if (!wanted()) return image.close();
  sizeCanvas(canvas, image.width, image.height);
  ink.clearRect(0, 0, canvas.width, canvas.height);
  ink.globalAlpha = opacity;
  ink.drawImage(image, 0, 0);
  ink.globalAlpha = 1;
  image.close();
}

function showLegend(place, legend = []) {
  place.replaceChildren(...legend.map(([name, colour, share]) => {
    const swatch = element('i');
    swatch.style.background = colour;
    return element('li', {}, swatch, `${name} ${Math.round(100 * share)} %`);
  }));
}
