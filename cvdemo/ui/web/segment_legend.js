// The table of classes: pointing at one lights its pixels alone, a click hides or shows it.
// uses lib/dom lib/canvas lib/colours
function buildLegend(table, lab) {
  const { names, colours, rows, heads } = lab.fields;
  table.tHead.innerHTML = `<tr>${heads.map((text) => `<th>${text}</th>`).join('')}</tr>`;
  table.tBodies[0].replaceChildren(...rows.map(({ id, cells }) => {
    const row = element('tr'), swatch = element('i');
    swatch.style.background = rgb(colours[id]);
    const button = element('button', { type: 'button' }, swatch, names[id]);
    row.insertCell().append(button);
    cells.forEach((text) => { row.insertCell().textContent = text; });
    const light = (on) => { lab.lit = on && !lab.off.has(id) ? id : null; lab.redraw(); };
    const mark = () => {
      row.classList.toggle('off', lab.off.has(id));
      button.setAttribute('aria-pressed', !lab.off.has(id));
    };
    row.onpointerenter = (e) => { if (e.pointerType === 'mouse') light(true); };
    row.onpointerleave = () => light(false);
    button.onfocus = () => { if (button.matches(':focus-visible')) light(true); };
    button.onblur = () => light(false);
    button.onclick = () => {
      if (!lab.off.delete(id)) lab.off.add(id);
      mark(); light(false);
    };
    mark();
    return row;
  }));
}

// All panels as they are seen, side by side, at the picture's full size.
function savePicture(lab) {
  const { width, height, name } = lab.fields, sheet = element('canvas', { width: width * lab.panels.length, height });
  const pen = sheet.getContext('2d');
  lab.panels.forEach(({ canvas, body }, k) => {
    const errors = lab.show === 'errors';
    Object.assign(pen, { globalAlpha: 1, filter: errors ? 'grayscale(1) opacity(.6)' : 'none' });
    pen.drawImage(body.querySelector('img'), k * width, 0, width, height);
    Object.assign(pen, { globalAlpha: errors ? 1 : lab.opacity, filter: 'none' });
    const from = errors ? 0 : Math.round(lab.swipe * width);
    if (from < width) {
      pen.drawImage(canvas, from, 0, width - from, height, k * width + from, 0, width - from, height);
    }
  });
  saveCanvas(sheet, name);
}
