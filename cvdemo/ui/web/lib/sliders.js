// The page's own sliders, followed while they move.

// Calls `follow()` at every move of a slider of the page, and at the events named in `also`, until `part` is gone.
function followSliders(part, follow, also = []) {
  const heard = () => {
    if (part.isConnected) return follow();
    sliders.disconnect();
    also.forEach((name) => document.removeEventListener(name, heard));
  };
  const sliders = new MutationObserver(heard);
  sliders.observe(document.body, { attributeFilter: ['aria-valuetext', 'aria-valuenow'], subtree: true });
  also.forEach((name) => document.addEventListener(name, heard));
}

// Where sliders stand, by name; `cuts` are { name: { label, value } } with the value where there is no such slider.
function sliderValues(cuts) {
  const now = {};
  for (const [name, { label, value }] of Object.entries(cuts)) {
    const thumb = document.querySelector(`:is(input, [role=slider])[aria-label="${label}"]`);
    now[name] = thumb ? Math.round(1e6 * (thumb.value ?? thumb.ariaValueNow)) / 1e6 : value;
  }
  return now;
}

// Whether sliders stand where Python has answered to.
function slidersRest(cuts, now) {
  return Object.entries(cuts).every(([name, { value }]) => Math.abs(now[name] - value) <= 1e-6);
}
