// A single word that a visitor reads: `said('kept')` is put into their language where the script is sent, while
// the same word is a key elsewhere. Longer texts need no mark.
const said = (word) => word;
