// Canvases: their size, boxes and pixels.
// uses lib/dom

// Sets the size in pixels of the canvas only where it differs: setting it clears the canvas.
function sizeCanvas(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
}

// A cleared canvas of so many CSS pixels, as sharp as the screen. Returns its context, which draws in CSS pixels.
function sharpCanvas(canvas, width, height) {
  const sharp = globalThis.devicePixelRatio || 1, ink = canvas.getContext('2d');
  sizeCanvas(canvas, Math.round(width * sharp), Math.round(height * sharp));
  ink.reset();
  ink.scale(sharp, sharp);
  return ink;
}

// The outline of a box [x1, y1, x2, y2].
function strokeBox(ink, [x1, y1, x2, y2], colour, thick, dash = []) {
  ink.strokeStyle = colour;
  ink.lineWidth = thick;
  if (dash.length) ink.setLineDash(dash);
  ink.strokeRect(x1, y1, x2 - x1, y2 - y1);
  if (dash.length) ink.setLineDash([]);
}

function fillBox(ink, [x1, y1, x2, y2], colour, alpha = 1) {
  ink.fillStyle = colour;
  ink.globalAlpha = alpha;
  ink.fillRect(x1, y1, x2 - x1, y2 - y1);
  ink.globalAlpha = 1;
}

function fillDot(ink, x, y, radius, colour) {
  ink.fillStyle = colour;
  ink.beginPath();
  ink.arc(x, y, radius, 0, 2 * Math.PI);
  ink.fill();
}

// Gives the visitor the canvas as a PNG file.
function saveCanvas(canvas, file) {
  canvas.toBlob((blob) => {
    const link = element('a', { href: URL.createObjectURL(blob), download: file });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }, 'image/png');
}

// A canvas of width x height pixels; `colourOf(i)` is [r, g, b] or [r, g, b, alpha] of pixel i, row by row, 0..255.
function paintPixels(canvas, width, height, colourOf) {
  sizeCanvas(canvas, width, height);
  const ink = canvas.getContext('2d'), image = ink.createImageData(width, height), out = image.data;
  for (let i = 0, p = 0; i < width * height; i++, p += 4) {
    const [r, g, b, alpha = 255] = colourOf(i);
    out[p] = r; out[p + 1] = g; out[p + 2] = b; out[p + 3] = alpha;
  }
  ink.putImageData(image, 0, 0);
}
