// The parts of a message packed by Python's `with_picture`: its fields, and `src` of the picture in it.
function unpacked(bytes) {
  const head = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const fields = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + head)));
  return { ...fields, picture: bytes.subarray(bytes.length - fields.parts.at(-1)[2]) };
}

// Shows a packed picture in an <img>, if it is another one than it shows. The last few stay decoded:
// a slider goes back as often as forth.
function showPicture(image, fields, keep = 6) {
  if (image.identity === fields.identity) return;
  image.identity = fields.identity;
  const urls = image.urls ?? (image.urls = new Map());
  const url = urls.get(fields.identity)
    ?? URL.createObjectURL(new Blob([fields.picture], { type: 'image/jpeg' }));
  urls.delete(fields.identity);
  urls.set(fields.identity, url);
  for (const [old, stale] of urls) {
    if (urls.size <= keep) break;
    urls.delete(old);
    URL.revokeObjectURL(stale);
  }
  image.src = url;
}
