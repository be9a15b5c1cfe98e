// The page's address: a change within a page replaces the entry of the browser's history, as Streamlit alone
// would add one for each; and a page that is entered without parameters gets those that it kept. Parameters of
// the app stay from page to page.
const PUSH = "cvdemoPushState", ENTRY = "cvdemoEntry", PATIENCE = 3000;

function replaceWithinAPage() {
  if (window[PUSH]) return;
  const push = (window[PUSH] = window.history.pushState);
  const isHere = (url) => url != null && new URL(url, location.href).pathname === location.pathname;
  let later = 0;
  function replace(...entry) {
    clearTimeout(later);
    try {
      window.history.replaceState(...entry);
    } catch { // Safari allows a hundred changes in thirty seconds
      later = setTimeout(() => isHere(entry[2]) && replace(...entry), 2000);
    }
  }
  window.history.pushState = function (...entry) {
    if (isHere(entry[2])) replace(...entry);
    else push.apply(window.history, entry);
  };
}

function restore({ page, query, app }, isCurrent) {
  const until = performance.now() + PATIENCE;
  const path = () => location.pathname.split("/").pop(); // "" for Home
  (function whenThere() {
    if (!isCurrent()) return;
    if (path() !== (page === "home" ? "" : page)) {
      // Streamlit changes the path a moment after it has drawn the page.
      if (performance.now() < until) requestAnimationFrame(whenThere);
      return;
    }
    const parameters = new URLSearchParams(location.search), apps = new URLSearchParams(app);
    const isOwn = [...parameters.keys()].some((name) => !name.startsWith("embed") && !apps.has(name));
    const wanted = new URLSearchParams(parameters);
    for (const [name, value] of apps) wanted.set(name, value);
    if (!isOwn) for (const [name, value] of new URLSearchParams(query)) wanted.append(name, value);
    if (`${wanted}` === `${parameters}`) return;
    window.history.replaceState({}, "", `${location.pathname}?${wanted}`);
  })();
}

export default function ({ data }) {
  replaceWithinAPage();
  if (window[ENTRY] === data.entry) return;
  window[ENTRY] = data.entry;
  if (data.query || data.app) restore(data, () => window[ENTRY] === data.entry);
}
