// A picture over the table of its boxes: pointing at a row lights its box, pointing at a box its row.
export default function ({ data, parentElement }) {
  const fields = unpacked(data);
  const find = (s) => parentElement.querySelector(s);
  const image = find('img'), svg = find('svg'), body = find('tbody'), none = find('.none');
  find('.note').textContent = fields.note;
  showPicture(image, fields);
  image.alt = fields.alt;
  svg.setAttribute('viewBox', `0 0 ${fields.width} ${fields.height}`);
  svg.replaceChildren(...fields.truth.map((box) => rectangle(box, 'truth')));
  body.replaceChildren();
  find('table').hidden = !fields.rows.length;
  none.hidden = !!fields.rows.length; none.textContent = fields.none;
  fields.rows.forEach((row, k) => {
    const rect = rectangle(row.box, 'found');
    const line = document.createElement('tr');
    line.tabIndex = 0;
    [k + 1, '', row.score.toFixed(3), row.box.map((v) => v.toFixed(0)).join(', ')].forEach((text) => {
      line.insertCell().textContent = text;
    });
    const swatch = document.createElement('i');
    swatch.style.background = row.colour;
    line.cells[1].append(swatch, row.name);
    const light = (on) => [rect, line].forEach((e) => e.classList.toggle('lit', on));
    for (const e of [rect, line]) {
      e.onpointerenter = () => light(true);
      e.onpointerleave = () => light(false);
    }
    rect.onclick = () => { line.scrollIntoView({ block: 'nearest' }); line.focus({ preventScroll: true }); };
    line.onfocus = () => light(true);
    line.onblur = () => light(false);
    line.onkeydown = (e) => {
      const next = { ArrowDown: line.nextSibling, ArrowUp: line.previousSibling }[e.key];
      if (next) { next.focus(); e.preventDefault(); }
    };
    svg.prepend(rect); body.append(line);
  });
}

function rectangle([x1, y1, x2, y2], name) {
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const place = { x: x1, y: y1, width: x2 - x1, height: y2 - y1, class: name };
  for (const [a, v] of Object.entries(place)) rect.setAttribute(a, v);
  return rect;
}
