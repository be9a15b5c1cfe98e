// SVG elements.

function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(made, attributes);
  made.append(...children);
  return made;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

// A box [x1, y1, x2, y2] as attributes of a <rect>.
function rectAttributes([x1, y1, x2, y2]) {
  return { x: x1, y: y1, width: Math.max(0, x2 - x1), height: Math.max(0, y2 - y1) };
}

function svgBox(box, attributes = {}) {
  return svgElement('rect', { ...rectAttributes(box), ...attributes });
}
