// What becomes of one bin as the RoI moves sideways by parts of a pixel: its value, and how far the cells are off.
// uses lib/canvas lib/numbers roi/math roi/board roi/panels
const STEPS = 240;

// Shifts in pixels from a cell and a half left to as much right, with the values of both ways and the error.
function shiftCurves(lab) {
  const { map, size, stride, ratio, aligned, at: [i, j] } = lab, far = 1.5 * stride;
  return Array.from({ length: STEPS + 1 }, (_, n) => {
    const dx = -far + (2 * far * n) / STEPS, roi = lab.roi.map((v, k) => (k % 2 ? v : v + dx));
    const pool = cellBins(roi, size, map, stride, 1), align = alignBins(roi, size, map, stride, ratio, aligned);
    return {
      dx,
      pool: greatest(map, pool.rows[i], pool.columns[j]).value,
      align: sampled(map, align.rows.points[i], align.columns.points[j]),
      off: (pool.whole[0] - pool.exact[0]) * stride,
      alignOff: aligned ? 0 : stride / 2,
    };
  });
}

function drawCurve(canvas, points, lines, { zero = false, unit, ink: text }) {
  const { ink, width, height } = sharpened(canvas, 0.36), [left, right, top, bottom] = [44, 18, 10, 26];
  const all = points.flatMap((p) => lines.map(([key]) => p[key]));
  let [low, high] = [Math.min(...all, zero ? 0 : Infinity), Math.max(...all, zero ? 0 : -Infinity)];
  if (high - low < 1e-9) [low, high] = [low - 0.5, high + 0.5];
  const far = points.at(-1).dx, pad = 0.08 * (high - low);
  const x = (dx) => left + ((dx + far) / (2 * far)) * (width - left - right);
  const y = (v) => height - bottom - ((v - low + pad) / (high - low + 2 * pad)) * (height - top - bottom);
  ink.font = '12px sans-serif'; ink.fillStyle = text; ink.strokeStyle = text; ink.lineWidth = 1;
  ink.textAlign = 'right'; ink.textBaseline = 'middle';
  for (const v of [low, high]) ink.fillText(tidyNumber(v), left - 6, y(v));
  ink.textAlign = 'center'; ink.textBaseline = 'top';
  for (const share of [-1, -0.5, 0, 0.5, 1]) {
    ink.globalAlpha = 0.25;
    ink.beginPath(); ink.moveTo(x(share * far), top); ink.lineTo(x(share * far), height - bottom); ink.stroke();
    ink.globalAlpha = 0.85;
    ink.fillText(share ? signed(share * far, Number.isInteger(share * far) ? 0 : 1) : 'here', x(share * far), height - bottom + 5);
  }
  ink.textAlign = 'left'; ink.fillText(unit, 2, height - bottom + 5);
  ink.globalAlpha = 1;
  for (const [key, colour] of lines) {
    ink.strokeStyle = colour; ink.lineWidth = 2.5; ink.beginPath();
    points.forEach((p, n) => ink[n ? 'lineTo' : 'moveTo'](x(p.dx), y(p[key])));
    ink.stroke();
    fillDot(ink, x(0), y(points[STEPS / 2][key]), 5, colour);
  }
}

// How often, and by how much at once, the value of a way changes over the shifts.
function jumps(points, key) {
  let count = 0, most = 0;
  for (let n = 1; n < points.length; n++) {
    const step = Math.abs(points[n][key] - points[n - 1][key]);
    if (step > 1e-9) count += 1;
    most = Math.max(most, step);
  }
  return { count, most };
}
