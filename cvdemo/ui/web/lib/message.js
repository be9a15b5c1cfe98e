// The message that Python's `packed` or `with_picture` made: its fields, and its parts by name.

const PART_KINDS = { u1: Uint8Array, i4: Int32Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array };

// Bytes are given as a view of the message, numbers as an array of their own, which starts aligned.
function unpacked(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const { parts: places, ...fields } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const parts = {};
  let at = 4 + length;
  for (const [name, kind, size] of places) {
    const end = at + size;
    parts[name] = kind === 'u1' ? bytes.subarray(at, end) : new PART_KINDS[kind](bytes.slice(at, end).buffer);
    at = end;
  }
  return { fields, parts };
}

// Bytes of Python's zlib.compress as they were.
async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
