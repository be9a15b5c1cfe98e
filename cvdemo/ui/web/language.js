// A button for each language: it opens the address that the page has now, in that language.
// uses lib/dom
export default function ({ data, parentElement }) {
  parentElement.querySelector('.languages').replaceChildren(...Object.entries(data.languages).map(([code, name]) =>
    element('button', { type: 'button', lang: code, textContent: name, onclick: () => {
      const address = new URL(location.href);
      address.searchParams.set(data.parameter, code);
      location.assign(address);
    } })));
}
