// Time lines of label maps: the share of each class, pixels that change their class, mean IoU.
// uses lib/colours lib/svg video/charts

function drawMapLines(place, { raw, maps, fields }, seek) {
  const n = raw.times.length, pair = (before, after) => [[before, BEFORE], ...(fields.smoothing ? [[after, AFTER]] : [])];
  const percent = (values) => values.map((v) => 100 * v);
  const rows = [sharesRow(raw, maps, n), chartRow('pixels that change, %', pair(percent(maps.changedBefore), percent(maps.changedAfter)), n, false)];
  if (maps.iouBefore) rows.push(chartRow('mIoU', pair(maps.iouBefore, maps.iouAfter), n, false));
  showLines(place, rows, n, seek);
}

// The classes' shares upon one another, the largest at the bottom: a frame's column is full.
function sharesRow(raw, maps, n) {
  const count = raw.names.length, sums = raw.names.map((_, c) => sumOf(maps.shares, c, count)), sheet = sheetOf(n, 1);
  const order = raw.names.map((_, c) => c).filter((c) => sums[c] > 0).sort((a, b) => sums[b] - sums[a]);
  const floor = new Float64Array(n);
  for (const c of order) {
    let path = '';
    for (let k = 0; k < n; k++) {
      const share = maps.shares[k * count + c];
      if (share > 0) path += `M${k} ${1 - floor[k]}h1v${-share}h-1z`;
      floor[k] += share;
    }
    sheet.append(svgElement('path', { d: path, fill: rgb(raw.colours[c]) }, svgElement('title', {}, raw.names[c])));
  }
  return lineRow('share of each class', sheet, 90);
}

function sumOf(values, first, step) {
  let sum = 0;
  for (let k = first; k < values.length; k += step) sum += values[k];
  return sum;
}
