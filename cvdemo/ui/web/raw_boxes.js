// Raw detections and their clean picture, kept for the board that shows what is left of them.
export default function ({ data }) {
  const { fields, parts } = unpackedParts(data);
  const all = globalThis.cvdemoRaw ?? (globalThis.cvdemoRaw = new Map());
  const old = all.get(fields.key);
  if (old?.identity === fields.identity) return void Object.assign(old, fields);
  if (old) URL.revokeObjectURL(old.url);
  const numbers = (type, name) => new type(parts[name].slice().buffer);
  all.set(fields.key, {
    ...fields,
    boxes: numbers(Float32Array, 'boxes'),
    scores: numbers(Float32Array, 'scores'),
    classIds: numbers(Int32Array, 'classIds'),
    url: URL.createObjectURL(new Blob([parts.picture], { type: 'image/jpeg' })),
  });
  document.dispatchEvent(new Event('cvdemo-raw'));
}
