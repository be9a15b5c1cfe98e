// Own boxes: draw, drag, resize, score, class, delete; by mouse, touch and keys. `send(boxes)` at the end of each.
function nmsEditor(layer, bar, stage) {
  if (layer.nms) return layer.nms;
  const e = layer.nms = { boxes: [], chosen: -1, busy: false, drawing: false, stamp: null };
  const k = () => stage.clientWidth / e.width;
  const put = (div, [x1, y1, x2, y2]) => Object.assign(div.style, { left: `${x1 * k()}px`, top: `${y1 * k()}px`,
    width: `${(x2 - x1) * k()}px`, height: `${(y2 - y1) * k()}px` });
  const within = ([x1, y1, x2, y2]) => [Math.max(0, Math.min(x1, x2)), Math.max(0, Math.min(y1, y2)),
    Math.min(e.width, Math.max(x1, x2)), Math.min(e.height, Math.max(y1, y2))];
  const send = () => { e.send(e.boxes.map((b) => ({ ...b }))); };
  let later = null;
  const soon = () => { clearTimeout(later); later = setTimeout(send, 250); };

  e.update = (d, sender) => {
    e.send = sender; e.width = d.width; e.height = d.height; e.names = d.classes;
    const stamp = JSON.stringify(d.own);
    if (!e.busy && stamp !== JSON.stringify(e.boxes)) e.boxes = d.own.map((b) => ({ ...b, box: [...b.box] }));
    e.chosen = Math.min(e.chosen, e.boxes.length - 1);
    if (!e.busy) build();
    toolbar();
  };
  const build = () => {
    const had = layer.contains(layer.getRootNode().activeElement);
    layer.replaceChildren(...e.boxes.map((b, i) => boxDiv(b, i)));
    if (had && e.chosen >= 0) layer.children[e.chosen].focus({ preventScroll: true });
  };
  const boxDiv = (b, i) => {
    const div = document.createElement('div');
    div.className = 'box'; div.tabIndex = 0; div.dataset.i = i;
    div.setAttribute('role', 'slider');
    div.setAttribute('aria-valuetext', b.box.map((v) => v.toFixed(0)).join(', '));
    div.setAttribute('aria-label', `${b.name} ${two(b.score)}: arrows move, Alt and arrows resize, plus and minus `
      + 'change the score, Delete removes');
    put(div, b.box);
    // Small boxes lie above large ones, so that both can be taken.
    div.style.zIndex = Math.round(1000 - 999 * Math.min(1, (b.box[2] - b.box[0]) * (b.box[3] - b.box[1]) / (e.width * e.height)));
    for (const [a, c] of [[0, 1], [2, 1], [0, 3], [2, 3]]) {
      const knob = document.createElement('div');
      knob.className = 'knob'; knob.style.cursor = (a === 0) === (c === 1) ? 'nwse-resize' : 'nesw-resize';
      knob.style.left = a ? '100%' : '0'; knob.style.top = c === 3 ? '100%' : '0';
      knob.onpointerdown = (ev) => drag(ev, div, b, (start, dx, dy) => {
        const next = [...start]; next[a] += dx; next[c] += dy; return within(next);
      });
      div.append(knob);
    }
    div.onpointerdown = (ev) => drag(ev, div, b, (start, dx, dy) => moved(start, dx, dy));
    div.onfocus = () => { e.chosen = i; toolbar(); };
    div.onkeydown = (ev) => keys(ev, div, b, i);
    return div;
  };
  const moved = ([x1, y1, x2, y2], dx, dy) => {
    const mx = Math.max(-x1, Math.min(e.width - x2, dx)), my = Math.max(-y1, Math.min(e.height - y2, dy));
    return [x1 + mx, y1 + my, x2 + mx, y2 + my];
  };
  const drag = (ev, div, b, change) => {
    if (e.drawing || ev.button) return;
    ev.preventDefault(); ev.stopPropagation();
    div.focus({ preventScroll: true });
    const start = b.box, from = [ev.clientX, ev.clientY];
    let far = false;
    e.busy = true;
    div.setPointerCapture(ev.pointerId);
    div.onpointermove = (m) => {
      const dx = (m.clientX - from[0]) / k(), dy = (m.clientY - from[1]) / k();
      far ||= Math.hypot(dx, dy) > 0;
      b.box = change(start, dx, dy);
      div.classList.toggle('dragged', far);
      put(div, b.box);
    };
    div.onpointerup = div.onpointercancel = () => {
      div.onpointermove = div.onpointerup = div.onpointercancel = null;
      div.classList.remove('dragged');
      e.busy = false;
      if (!far) return;
      if (b.box[2] - b.box[0] < 2 || b.box[3] - b.box[1] < 2) b.box = start;
      build(); send();
    };
  };
  const keys = (ev, div, b, i) => {
    const far = ev.shiftKey ? 10 : 1;
    const by = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] }[ev.key];
    if (by && ev.altKey) {
      const next = within([b.box[0], b.box[1], b.box[2] + by[0], b.box[3] + by[1]]);
      if (next[2] - next[0] >= 2 && next[3] - next[1] >= 2) b.box = next;
    } else if (by) b.box = moved(b.box, ...by);
    else if (ev.key === '+' || ev.key === '-') b.score = clamp(b.score + (ev.key === '+' ? .01 : -.01));
    else if (ev.key === 'Delete' || ev.key === 'Backspace') { remove(i); ev.preventDefault(); ev.stopPropagation(); return; }
    else return;
    ev.preventDefault(); ev.stopPropagation();
    put(div, b.box); toolbar(); soon();
  };
  const clamp = (v) => Math.round(100 * Math.max(.01, Math.min(1, v))) / 100;
  const remove = (i) => {
    e.boxes.splice(i, 1);
    e.chosen = Math.min(i, e.boxes.length - 1);
    build(); toolbar(); send();
    if (e.chosen >= 0) layer.children[e.chosen].focus({ preventScroll: true });
  };
  // A new box is drawn on the empty picture, or anywhere after "Draw a box".
  layer.onpointerdown = (ev) => {
    if (ev.button || (!e.drawing && ev.target !== layer) || e.boxes.length >= e.most) return;
    if (ev.pointerType === 'touch' && !e.drawing) return; // a finger on an empty place scrolls the page
    ev.preventDefault();
    const at = layer.getBoundingClientRect();
    const x = (ev.clientX - at.left) / k(), y = (ev.clientY - at.top) / k();
    const like = e.boxes[e.chosen];
    const b = { box: [x, y, x, y], name: like?.name ?? e.names[0], score: like ? clamp(like.score - .05) : .9 };
    const div = document.createElement('div');
    div.className = 'box dragged';
    layer.append(div);
    e.busy = true;
    layer.setPointerCapture(ev.pointerId);
    layer.onpointermove = (m) => { b.box = within([x, y, (m.clientX - at.left) / k(), (m.clientY - at.top) / k()]); put(div, b.box); };
    layer.onpointerup = layer.onpointercancel = () => {
      layer.onpointermove = layer.onpointerup = layer.onpointercancel = null;
      e.busy = false; draw(false);
      if (b.box[2] - b.box[0] < 4 || b.box[3] - b.box[1] < 4) { div.remove(); stage.focus({ preventScroll: true }); return; }
      e.boxes.push(b); e.chosen = e.boxes.length - 1;
      build(); toolbar(); send();
      layer.children[e.chosen].focus({ preventScroll: true });
    };
  };
  const draw = (on) => { e.drawing = on; layer.classList.toggle('drawing', on); toolbar(); };
  e.most = 60;

  const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
  const add = make('button', { type: 'button', textContent: '✚ Draw a box', onclick: () => draw(!e.drawing) });
  const middle = make('button', { type: 'button', textContent: '✚ In the middle', onclick: () => {
    if (e.boxes.length >= e.most) return;
    const { width: w, height: h } = e;
    e.boxes.push({ box: [w * .35, h * .35, w * .65, h * .65], name: e.names[0], score: .8 });
    e.chosen = e.boxes.length - 1; build(); toolbar(); send();
    layer.children[e.chosen].focus({ preventScroll: true });
  } });
  const kind = make('select', { ariaLabel: 'Class of the chosen box', onchange: () => {
    e.boxes[e.chosen].name = kind.value; build(); send();
  } });
  const score = make('input', { type: 'range', min: .01, max: 1, step: .01, ariaLabel: 'Score of the chosen box' });
  const says = make('output', {});
  score.oninput = () => { e.boxes[e.chosen].score = Number(score.value); says.textContent = two(Number(score.value)); };
  score.onchange = () => { build(); send(); };
  const bin = make('button', { type: 'button', textContent: '✕ Delete', onclick: () => remove(e.chosen) });
  const clear = make('button', { type: 'button', textContent: 'Delete all', onclick: () => {
    e.boxes = []; e.chosen = -1; build(); toolbar(); send();
  } });
  const label = make('label', {});
  label.append('score', score, says);
  bar.replaceChildren(add, middle, kind, label, bin, clear, make('small', { textContent:
    'Drag a box or its corners, or draw on an empty place. Keys: Tab to a box, arrows move it, Alt + arrows resize, '
    + '+ and − change its score, Delete removes it.' }));
  for (const control of [kind, score, bar]) control.addEventListener('keydown', (ev) => ev.stopPropagation());
  const toolbar = () => {
    const b = e.boxes[e.chosen];
    add.setAttribute('aria-pressed', e.drawing);
    for (const control of [kind, score, bin]) control.disabled = !b;
    clear.disabled = !e.boxes.length;
    if (kind.options.length !== e.names.length) kind.replaceChildren(...e.names.map((n) => new Option(n, n)));
    if (b) { kind.value = b.name; score.value = b.score; says.textContent = two(b.score); } else says.textContent = '';
  };
  new ResizeObserver(() => { if (!e.busy && e.names) build(); }).observe(stage);
  return e;
}
