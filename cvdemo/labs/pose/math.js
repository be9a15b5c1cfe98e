// The twin of `cvdemo.ops.keypoints` for one person; Python is the reference, and a browser test holds this to it.

// Similarity of each found keypoint [x, y] with the true one [x, y, visibility]; null for those without label.
function keypointSimilarity(found, truth, area, sigmas) {
  return truth.map(([x, y, seen], k) => {
    if (!(seen > 0)) return null;
    const d2 = (found[k][0] - x) ** 2 + (found[k][1] - y) ** 2;
    return Math.exp(-d2 / (2 * (2 * sigmas[k]) ** 2 * (area + Number.EPSILON)));
  });
}

// The mean over labelled keypoints; null where there are none.
function objectSimilarity(similar) {
  const labelled = similar.filter((v) => v !== null);
  return labelled.length ? labelled.reduce((sum, v) => sum + v, 0) / labelled.length : null;
}

// How far from the true place the similarity is still `level`, in pixels.
function toleranceRadius(level, area, sigma) {
  return 2 * sigma * Math.sqrt(area) * Math.sqrt(-2 * Math.log(level));
}

// How many labelled keypoints lie within `limit` pixels of the true place.
function countCorrect(found, truth, limit) {
  return truth.filter(([x, y, seen], k) => seen > 0 && Math.hypot(found[k][0] - x, found[k][1] - y) <= limit).length;
}
