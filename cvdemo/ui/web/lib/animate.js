// Calls `show(share)` frame by frame, with 0..1 of the time; another animation of the same `holder` ends this one.
function animate(holder, milliseconds, show) {
  stopAnimation(holder);
  const began = performance.now();
  const step = (now) => {
    const share = milliseconds ? Math.max(0, Math.min(1, (now - began) / milliseconds)) : 1;
    show(share);
    if (share < 1) holder.animation = requestAnimationFrame(step);
  };
  holder.animation = requestAnimationFrame(step);
}

function stopAnimation(holder) {
  cancelAnimationFrame(holder.animation);
}
