// Buttons of a radio group in `place`, one for each name, the chosen one marked. `choose(name)` hears of a click
// and calls this again.
// uses lib/dom
function radioButtons(place, names, chosen, choose) {
  const old = [...place.children].map((button) => button.textContent);
  if (JSON.stringify(old) !== JSON.stringify(names)) {
    place.replaceChildren(...names.map((name) => element('button', { type: 'button', role: 'radio', textContent: name })));
  }
  for (const button of place.children) {
    button.setAttribute('aria-checked', button.textContent === chosen);
    button.onclick = () => choose(button.textContent);
  }
}
