// The parts of a message packed by Python's `packed`: its fields, and named byte strings as Uint8Arrays.
function unpackedParts(bytes) {
  const head = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const fields = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + head)));
  const parts = {};
  let at = 4 + head;
  for (const [name, , length] of fields.parts) {
    parts[name] = bytes.subarray(at, at + length);
    at += length;
  }
  return { fields, parts };
}

// Bytes of Python's zlib.compress as they were.
async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
