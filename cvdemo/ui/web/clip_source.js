// Nothing to see: film and raw results of a clip, for the player of the same key.
// uses lib/message
export default function ({ data }) {
  const { fields, parts } = unpacked(data);
  const all = globalThis.cvdemoVideo ?? (globalThis.cvdemoVideo = new Map());
  const old = all.get(fields.key);
  if (old?.identity === fields.identity) return;
  if (old) setTimeout(() => URL.revokeObjectURL(old.url), 5000);
  all.set(fields.key, { ...fields, ...parts, url: URL.createObjectURL(new Blob([parts.film], { type: 'video/mp4' })) });
  document.dispatchEvent(new Event('cvdemo-video'));
}
