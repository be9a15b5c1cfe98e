// Time lines of a clip of n frames: a title and a sheet that is n wide, for each.
// uses lib/dom lib/svg
const BEFORE = '#D55E00', AFTER = '#009E73';

// The rows under the player; `seek(frame)` is called where one points.
function showLines(place, rows, n, seek) {
  place.replaceChildren(...rows.flat());
  place.onpointerdown = place.onpointermove = (e) => {
    const sheet = e.target.closest('svg');
    if (!sheet || (e.type === 'pointermove' && !e.buttons)) return;
    const area = sheet.getBoundingClientRect();
    seek(Math.floor(((e.clientX - area.left) / area.width) * n));
  };
}

function lineRow(title, sheet, height) {
  sheet.style.height = `${height}px`;
  return [element('span', { className: 'title', innerHTML: title }), element('div', { className: 'line' }, sheet)];
}

const sheetOf = (n, high) => svgElement('svg', { viewBox: `0 0 ${n} ${high}`, preserveAspectRatio: 'none' });

function chartRow(title, series, n, steps) {
  const top = Math.max(1, ...series.flatMap(([values]) => Array.from(values).filter((v) => v === v)));
  const sheet = sheetOf(n, 40);
  for (const [values, colour] of series) {
    let path = '', open = false;
    values.forEach((v, k) => {
      if (v !== v) { open = false; return; }
      const y = (38 - (36 * v) / top).toFixed(2);
      path += steps ? `${open ? 'L' : 'M'}${k} ${y}L${k + 1} ${y}` : `${open ? 'L' : 'M'}${k + 0.5} ${y}`;
      open = true;
    });
    sheet.append(svgElement('path', { d: path, fill: 'none', stroke: colour, 'stroke-width': 1.8, 'vector-effect': 'non-scaling-stroke' }));
  }
  return lineRow(`${title} <small>0…${+top.toFixed(1)}</small>`, sheet, 44);
}
