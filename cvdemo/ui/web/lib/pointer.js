// Where the pointer is, and which way an arrow key goes.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// [dx, dy] of an arrow key; undefined for other keys.
function arrowOf(event) {
  return ARROWS[event.key];
}

// The pointer's place as shares of an element's width and height.
function shareUnder(event, element) {
  const frame = element.getBoundingClientRect();
  return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height];
}

// A place on `view` that follows the pointer, `point([x, y], event)` with shares of its sides, and arrow keys,
// `step(dx, dy, shift)`.
function followSpot(view, { point, step }) {
  view.onpointermove = view.onpointerdown = (e) => point(shareUnder(e, view), e);
  view.onkeydown = (e) => {
    const way = arrowOf(e);
    if (!way) return;
    step(...way, e.shiftKey);
    e.preventDefault(); e.stopPropagation();
  };
}
