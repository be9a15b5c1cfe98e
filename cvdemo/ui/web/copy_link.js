// The link to the page as it stands: what is in the browser's address when the button is pressed. Without
// `https://` a browser has no clipboard for pages: then the link is shown, marked, to be copied by hand.
export default function ({ data, parentElement }) {
  const [button, field, said] = ["button", "input", "span"].map((name) => parentElement.querySelector(name));
  if (field.dataset.page !== data.page) {
    field.dataset.page = data.page;
    field.hidden = true;
    said.textContent = "";
  }
  button.onclick = async () => {
    field.value = location.href;
    try {
      await navigator.clipboard.writeText(field.value);
      field.hidden = true;
      said.textContent = "Copied.";
    } catch {
      field.hidden = false;
      field.select();
      said.textContent = "";
    }
  };
}
