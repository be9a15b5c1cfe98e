// The parts of a message packed by Python's `with_picture`: its fields, and `src` of the picture in it.
function unpacked(bytes) {
  const head = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const fields = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + head)));
  return { ...fields, picture: bytes.subarray(4 + head) };
}

// Shows a packed picture in an <img>, if it is another one than it shows.
function showPicture(image, fields) {
  if (image.identity === fields.identity) return;
  image.identity = fields.identity;
  const old = image.src;
  image.src = URL.createObjectURL(new Blob([fields.picture], { type: 'image/jpeg' }));
  if (old) URL.revokeObjectURL(old);
}
