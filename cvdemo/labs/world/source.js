// Nothing to see: the film and the truth of a clip, for the player.
// uses lib/message
export default function ({ data }) {
  const { fields, parts } = unpacked(data), old = globalThis.cvdemoWorld;
  if (old?.identity === fields.identity) return;
  if (old) setTimeout(() => URL.revokeObjectURL(old.url), 5000);
  const { film, ...arrays } = parts;
  globalThis.cvdemoWorld = { ...fields, ...arrays, url: URL.createObjectURL(new Blob([film], { type: 'video/mp4' })), maps: {} };
  document.dispatchEvent(new Event('cvdemo-world'));
}
