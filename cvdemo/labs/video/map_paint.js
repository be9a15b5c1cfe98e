// Label maps over a frame, and the classes that they show.
// uses lib/canvas lib/colours lib/dom lib/said
const LAYERS = ['before', 'after', 'truth'];
const TITLES = { picture: said('picture'), before: 'frame by frame', after: said('smoothed'), truth: said('truth') };

// The map of a frame in its classes' colours, stretched over the picture; nothing for the bare picture.
function drawMap(ink, { raw, maps, cuts }, name, frame) {
  if (!maps[name]) return;
  const [rows, columns] = raw.grid, sheet = drawMap.sheet ?? (drawMap.sheet = element('canvas'));
  const labels = maps[name].subarray(frame * rows * columns, (frame + 1) * rows * columns);
  paintPixels(sheet, columns, rows, (k) => raw.colours[labels[k]]);
  ink.globalAlpha = cuts.opacity;
  ink.drawImage(sheet, 0, 0, raw.width, raw.height);
  ink.globalAlpha = 1;
}

// One layer left of the line and another right of it.
function drawSwiped(ink, lab, frame, layers) {
  const { width, height } = lab.raw, at = Math.round(lab.split * width);
  [[0, at], [at, width]].forEach(([from, to], k) => {
    ink.save();
    ink.beginPath();
    ink.rect(from, 0, to - from, height);
    ink.clip();
    drawMap(ink, lab, layers[k], frame);
    ink.restore();
  });
  fillBox(ink, [at - 1, 0, at + 1, height], '#fff');
}

// The classes of a frame, the largest first, with their shares.
function showClasses(place, { raw, maps }, frame) {
  const count = raw.names.length, shares = maps.shares.subarray(frame * count, (frame + 1) * count);
  const order = raw.names.map((_, k) => k).filter((k) => shares[k] >= 0.005).sort((a, b) => shares[b] - shares[a]);
  place.replaceChildren(...order.map((k) => {
    const colour = element('i');
    colour.style.background = rgb(raw.colours[k]);
    return element('span', {}, colour, `${raw.names[k]} ${Math.round(100 * shares[k])} %`);
  }));
}
