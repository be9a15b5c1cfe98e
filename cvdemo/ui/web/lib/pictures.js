// JPEG bytes as pictures of the page.

// The address of a picture; `holder` keeps those of its last few pictures and revokes older ones.
function pictureUrl(holder, identity, jpeg, keep = 1) {
  const urls = holder.pictureUrls ?? (holder.pictureUrls = new Map());
  const url = urls.get(identity) ?? URL.createObjectURL(new Blob([jpeg], { type: 'image/jpeg' }));
  urls.delete(identity);
  urls.set(identity, url);
  for (const [old, stale] of urls) {
    if (urls.size <= keep) break;
    urls.delete(old);
    URL.revokeObjectURL(stale);
  }
  return url;
}

// Loads a picture into an Image that a canvas is drawn from; `ready` is called once it is there.
function loadPicture(image, identity, jpeg, ready) {
  const src = pictureUrl(image, identity, jpeg);
  if (image.src !== src) Object.assign(image, { onload: ready, src });
}

// Whether an image can be drawn.
const isLoaded = (image) => image.complete && image.naturalWidth > 0;

// Shows a picture in every <img> within `root`. The last few stay decoded: a slider goes back as often as forth.
function showPicture(root, { identity, alt }, jpeg, keep = 6) {
  const src = pictureUrl(root, identity, jpeg, keep);
  for (const image of root.querySelectorAll('img')) {
    if (image.src !== src) image.src = src;
    image.alt = alt;
  }
}
