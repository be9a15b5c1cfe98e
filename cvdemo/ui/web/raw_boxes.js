// Raw detections and their clean picture, kept for the board that shows what is left of them.
// uses lib/message lib/pictures
export default function ({ data }) {
  const { fields, parts: { picture, ...arrays } } = unpacked(data);
  const all = globalThis.cvdemoRaw ?? (globalThis.cvdemoRaw = new Map());
  const raw = all.get(fields.key) ?? {}, same = raw.identity === fields.identity;
  Object.assign(raw, fields, arrays);
  if (same) return;
  raw.url = pictureUrl(raw, fields.identity, picture);
  all.set(fields.key, raw);
  document.dispatchEvent(new Event('cvdemo-raw'));
}
