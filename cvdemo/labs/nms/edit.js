// Own boxes: draw, drag, resize, score, class, delete; by mouse, touch and keys. `send(boxes)` at the end of each.
// uses lib/dom lib/boxes lib/drag lib/pointer lib/numbers nms/state lib/said
function nmsEditor(layer, bar, stage) {
  if (layer.nms) return layer.nms;
  const e = layer.nms = { boxes: [], chosen: -1, busy: false, drawing: false, stamp: null };
  const k = () => stage.clientWidth / e.width;
  const put = (div, [x1, y1, x2, y2]) => Object.assign(div.style, { left: `${x1 * k()}px`, top: `${y1 * k()}px`,
    width: `${(x2 - x1) * k()}px`, height: `${(y2 - y1) * k()}px` });
  const within = ([x1, y1, x2, y2]) => boxIntersection([0, 0, e.width, e.height],
    [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)]);
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
    const div = element('div', { className: 'box', tabIndex: 0, role: 'slider',
      ariaValueText: b.box.map((v) => v.toFixed(0)).join(', '),
      ariaLabel: `${b.name} ${two(b.score)}: arrows move, Alt and arrows resize, plus and minus change the score, `
        + 'Delete removes' });
    div.dataset.i = i;
    put(div, b.box);
    // Small boxes lie above large ones, so that both can be taken.
    div.style.zIndex = Math.round(1000 - 999 * Math.min(1, boxArea(b.box) / (e.width * e.height)));
    for (const handle of HANDLES.filter((one) => !one.includes(0.5))) {
      const knob = handleElement(handle, 'knob'), [u, v] = handle;
      div.append(knob);
      // A corner may be pulled beyond the other one.
      drags(knob, div, b, (start, dx, dy) => {
        const next = [...start]; next[2 * u] += dx; next[1 + 2 * v] += dy; return within(next);
      });
    }
    drags(div, div, b, moved);
    div.onfocus = () => { e.chosen = i; toolbar(); };
    div.onkeydown = (ev) => keys(ev, div, b, i);
    return div;
  };
  const moved = (box, dx, dy) => pulledBox(box, WHOLE, dx, dy, [0, 0, e.width, e.height]);
  const thin = ([x1, y1, x2, y2], least) => x2 - x1 < least || y2 - y1 < least;
  const drags = (part, div, b, change) => dragged(part, {
    begin: () => {
      if (e.drawing) return null;
      div.focus({ preventScroll: true });
      e.busy = true;
      return b.box;
    },
    move: (start, dx, dy) => {
      b.box = change(start, dx / k(), dy / k());
      div.classList.add('dragged');
      put(div, b.box);
    },
    end: (start, far) => {
      div.classList.remove('dragged');
      e.busy = false;
      if (!far) return;
      if (thin(b.box, 2)) b.box = start;
      build(); send();
    },
  });
  const keys = (ev, div, b, i) => {
    const far = ev.shiftKey ? 10 : 1, [dx, dy] = (arrowOf(ev) ?? []).map((step) => far * step);
    if (dx !== undefined && ev.altKey) {
      const next = within([b.box[0], b.box[1], b.box[2] + dx, b.box[3] + dy]);
      if (!thin(next, 2)) b.box = next;
    } else if (dx !== undefined) b.box = moved(b.box, dx, dy);
    else if (ev.key === '+' || ev.key === '-') b.score = hundredths(b.score + (ev.key === '+' ? .01 : -.01));
    else if (ev.key === 'Delete' || ev.key === 'Backspace') { remove(i); ev.preventDefault(); ev.stopPropagation(); return; }
    else return;
    ev.preventDefault(); ev.stopPropagation();
    put(div, b.box); toolbar(); soon();
  };
  const hundredths = (v) => Math.round(100 * clamp(v, .01, 1)) / 100;
  const remove = (i) => {
    e.boxes.splice(i, 1);
    e.chosen = Math.min(i, e.boxes.length - 1);
    build(); toolbar(); send();
    if (e.chosen >= 0) layer.children[e.chosen].focus({ preventScroll: true });
  };
  // A new box is drawn on the empty picture, or anywhere after "Draw a box".
  dragged(layer, {
    begin: (ev) => {
      if ((!e.drawing && ev.target !== layer) || e.boxes.length >= e.most) return null;
      if (ev.pointerType === 'touch' && !e.drawing) return null; // a finger on an empty place scrolls the page
      const [x, y] = shareUnder(ev, layer).map((share, n) => share * (n ? e.height : e.width)), like = e.boxes[e.chosen];
      const b = { box: [x, y, x, y], name: like?.name ?? e.names[0], score: like ? hundredths(like.score - .05) : .9 };
      const div = element('div', { className: 'box dragged' });
      layer.append(div);
      e.busy = true;
      return { x, y, b, div };
    },
    move: ({ x, y, b, div }, dx, dy) => { b.box = within([x, y, x + dx / k(), y + dy / k()]); put(div, b.box); },
    end: ({ b, div }) => {
      e.busy = false; draw(false);
      if (thin(b.box, 4)) { div.remove(); stage.focus({ preventScroll: true }); return; }
      add(b);
    },
  });
  const add = (b) => {
    e.boxes.push(b); e.chosen = e.boxes.length - 1;
    build(); toolbar(); send();
    layer.children[e.chosen].focus({ preventScroll: true });
  };
  const draw = (on) => { e.drawing = on; layer.classList.toggle('drawing', on); toolbar(); };
  e.most = 60;

  const pen = element('button', { type: 'button', textContent: '+ Draw a box', onclick: () => draw(!e.drawing) });
  const middle = element('button', { type: 'button', textContent: '+ In the middle', onclick: () => {
    if (e.boxes.length >= e.most) return;
    const { width: w, height: h } = e;
    add({ box: [w * .35, h * .35, w * .65, h * .65], name: e.names[0], score: .8 });
  } });
  const kind = element('select', { ariaLabel: 'Class of the chosen box', onchange: () => {
    e.boxes[e.chosen].name = kind.value; build(); send();
  } });
  const score = element('input', { type: 'range', min: .01, max: 1, step: .01, ariaLabel: 'Score of the chosen box' });
  const says = element('output');
  score.oninput = () => { e.boxes[e.chosen].score = Number(score.value); says.textContent = two(Number(score.value)); };
  score.onchange = () => { build(); send(); };
  const bin = element('button', { type: 'button', textContent: '× Delete', onclick: () => remove(e.chosen) });
  const clear = element('button', { type: 'button', textContent: 'Delete all', onclick: () => {
    e.boxes = []; e.chosen = -1; build(); toolbar(); send();
  } });
  const label = element('label', {}, said('score'), score, says);
  bar.replaceChildren(pen, middle, kind, label, bin, clear, element('small', { textContent:
    'Drag a box or its corners, or draw on an empty place. Keys: Tab to a box, arrows move it, Alt + arrows resize, '
    + '+ and − change its score, Delete removes it.' }));
  for (const control of [kind, score, bar]) control.addEventListener('keydown', (ev) => ev.stopPropagation());
  const toolbar = () => {
    const b = e.boxes[e.chosen];
    pen.setAttribute('aria-pressed', e.drawing);
    for (const control of [kind, score, bin]) control.disabled = !b;
    clear.disabled = !e.boxes.length;
    if (kind.options.length !== e.names.length) kind.replaceChildren(...e.names.map((n) => new Option(n, n)));
    if (b) { kind.value = b.name; score.value = b.score; says.textContent = two(b.score); } else says.textContent = '';
  };
  new ResizeObserver(() => { if (!e.busy && e.names) build(); }).observe(stage);
  return e;
}
