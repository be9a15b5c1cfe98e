// An HTML element with the given properties (not attributes) and children.
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// A text for innerHTML.
const escaped = (text) => element('i', { textContent: text }).innerHTML;
