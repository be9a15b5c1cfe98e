// A picture and SVG shapes over it, for components that get their picture as the part "picture".

// Shows the part "picture" in every <img> of a component, if it is another one than before.
function showPart(root, fields, bytes) {
  if (root.pictured === fields.identity) return;
  root.pictured = fields.identity;
  if (root.url) URL.revokeObjectURL(root.url);
  root.url = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }));
  for (const image of root.querySelectorAll('img')) Object.assign(image, { src: root.url, alt: fields.alt });
}

function svgShape(tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function boxShape([x1, y1, x2, y2], more) {
  return svgShape('rect', { x: x1, y: y1, width: Math.max(0, x2 - x1), height: Math.max(0, y2 - y1), ...more });
}

// "class score" on its own ground above a box, or inside where the box touches the top.
function labelShapes({ name, score, box, colour }, unit) {
  const height = 17 * unit, text = `${name} ${score.toFixed(2)}`, y = box[1] < height ? box[1] : box[1] - height;
  const words = svgShape('text', { x: box[0] + 3 * unit, y: y + 13 * unit, 'font-size': 13 * unit, class: 'label' });
  words.textContent = text;
  const back = svgShape('rect', { x: box[0], y, width: (6 + 6.9 * text.length) * unit, height, style: `fill:${colour}`, class: 'label' });
  return [back, words];
}

// Row and column of the cell under a pointer, kept within the grid.
function cellUnder(event, view, { width, height }, [w, h], rows, columns) {
  const frame = view.getBoundingClientRect();
  const within = (v, n) => Math.max(0, Math.min(n - 1, Math.floor(v)));
  return [within((((event.clientY - frame.top) / frame.height) * height) / h, rows),
    within((((event.clientX - frame.left) / frame.width) * width) / w, columns)];
}
