// The chosen person close, under a keypoint's heat map: large, and once for each keypoint.
// uses lib/canvas lib/colours lib/dom lib/numbers

// One map as pixels, see-through where it is low; the colours are of the square root, which shows low values.
function tintedMap(maps, side, k) {
  const canvas = element('canvas'), own = maps.subarray(k * side * side, (k + 1) * side * side);
  const most = own.reduce((a, b) => Math.max(a, b), 1e-12);
  paintPixels(canvas, side, side, (i) => {
    const share = Math.sqrt(Math.max(0, own[i] / most));
    return [...onScale(HEAT, share), 255 * Math.sqrt(share)];
  });
  return canvas;
}

// The picture within the region, and the map of keypoint `k` over it.
function drawCrop(canvas, lab, k, opacity) {
  const { region: [x1, y1, x2], heat, width } = lab, wide = canvas.clientWidth || 100, scale = wide / (x2 - x1);
  const ink = sharpCanvas(canvas, wide, wide);
  ink.scale(scale, scale);
  ink.translate(-x1, -y1);
  if (lab.image.complete && lab.image.naturalWidth) ink.drawImage(lab.image, 0, 0, width, lab.height);
  if (!heat) return { ink, scale };
  const [left, top, right, bottom] = heat.area;
  fillBox(ink, lab.region, '#000', 0.5 * opacity); // the map stands out, and the person is still there
  ink.globalAlpha = opacity;
  ink.drawImage(lab.tinted[k], left, top, right - left, bottom - top);
  ink.globalAlpha = 1;
  return { ink, scale };
}

// A ring at the map's peak, and a dashed one at the second peak where it is not far lower.
function drawPeaks({ ink, scale }, heat, k) {
  const ring = ([x, y], radius, dash) => {
    for (const [colour, thick] of [['#000', 4], ['#fff', 2]]) {
      ink.strokeStyle = colour; ink.lineWidth = thick / scale;
      ink.setLineDash(dash.map((d) => d / scale));
      ink.beginPath(); ink.arc(x, y, radius / scale, 0, 2 * Math.PI); ink.stroke();
    }
    ink.setLineDash([]);
  };
  ring(heat.first[k], 6, []);
  if (heat.second[k] && heat.doubt[k] >= SOME_DOUBT) ring(heat.second[k], 6, [3, 3]);
}
const SOME_DOUBT = 0.2; // height of a second peak that is worth a ring, as a share of the first

function showThumbs(place, lab, choose) {
  place.hidden = !lab.heat;
  if (!lab.heat) return;
  if (place.childElementCount !== lab.names.length) {
    place.replaceChildren(...lab.names.map((name, k) => element('button', { type: 'button', onclick: () => choose(k) },
      element('canvas'), element('span', { textContent: name }), element('small'))));
  }
  [...place.children].forEach((button, k) => {
    const text = `second peak ${percent(lab.heat.doubt[k])}`;
    drawPeaks(drawCrop(button.querySelector('canvas'), lab, k, 0.85), lab.heat, k);
    button.querySelector('small').textContent = text;
    button.setAttribute('aria-pressed', k === lab.keypoint);
    button.setAttribute('aria-label', `Heat map of the ${lab.names[k]}, ${text}`);
  });
}
