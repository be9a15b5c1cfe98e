// Parts that are dragged, and boxes that are moved and resized.
// uses lib/pointer lib/dom

// The eight handles of a box as shares (u, v) of its sides, with their cursors; (.5, .5) is the whole of it.
const HANDLES = [[0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0.5, 1], [0, 1], [0, 0.5]];
const CURSORS = ['nwse', 'ns', 'nesw', 'ew', 'nwse', 'ns', 'nesw', 'ew'].map((way) => `${way}-resize`);
const WHOLE = [0.5, 0.5], CORNER = [1, 1];

// An element at a handle of the box that it is put into.
function handleElement(handle, className = '') {
  const made = element('i', { className });
  made.style.cssText = `left:${100 * handle[0]}%;top:${100 * handle[1]}%;cursor:${CURSORS[HANDLES.indexOf(handle)]}`;
  return made;
}

// Drags `part` by mouse or finger. `begin(event)` returns what is dragged, null for not now; `move(it, dx, dy,
// event)` hears how far the pointer has come since then, in CSS pixels; `end(it, moved)` whether it came anywhere.
function dragged(part, { begin, move, end = () => {} }) {
  let held = null;
  part.addEventListener('pointerdown', (e) => {
    const it = e.button ? null : begin(e);
    if (it === null) return;
    held = { it, x: e.clientX, y: e.clientY, moved: false };
    part.setPointerCapture(e.pointerId);
    e.preventDefault(); e.stopPropagation();
  });
  part.addEventListener('pointermove', (e) => {
    if (!held) return;
    const dx = e.clientX - held.x, dy = e.clientY - held.y;
    held.moved ||= dx !== 0 || dy !== 0;
    move(held.it, dx, dy, e);
    e.stopPropagation();
  });
  const drop = () => {
    if (!held) return;
    const { it, moved } = held;
    held = null;
    end(it, moved);
  };
  part.addEventListener('pointerup', drop);
  part.addEventListener('pointercancel', drop);
}

// A box after its handle (u, v) was pulled, kept within the box `limits` and at least `least` wide and high.
function pulledBox(box, [u, v], dx, dy, limits, least = 0) {
  const next = [...box];
  [[u, dx, 0], [v, dy, 1]].forEach(([share, d, k]) => {
    const low = limits[k], high = limits[k + 2];
    if (u === 0.5 && v === 0.5) {
      const step = Math.max(low - box[k], Math.min(high - box[k + 2], d));
      next[k] += step; next[k + 2] += step;
    } else if (share === 0) next[k] = Math.max(low, Math.min(box[k + 2] - least, box[k] + d));
    else if (share === 1) next[k + 2] = Math.min(high, Math.max(box[k] + least, box[k + 2] + d));
  });
  return next;
}

// Arrow keys pull the whole of a box, with Alt its lower right corner: `pull(handle, dx, dy, shift)`, steps of 1.
// `end()` is called when a key is let go.
function pulledByKeys(part, { pull, end }) {
  part.addEventListener('keydown', (e) => {
    const way = arrowOf(e);
    if (!way) return;
    e.preventDefault();
    pull(e.altKey ? CORNER : WHOLE, ...way, e.shiftKey);
  });
  part.addEventListener('keyup', (e) => { if (arrowOf(e)) end(); });
}
