// Numbers kept within limits, and as text.

const clamp = (v, low, high) => Math.max(low, Math.min(high, v));

// The index of a cell in a row of `count`.
const cellIndex = (v, count) => clamp(Math.floor(v), 0, count - 1);

// A number's text with a minus as wide as a digit, and none before a rounded 0.
const typeset = (text) => text.replace(/^-(0(\.0*)?)$/, '$1').replace('-', '−');

// "+1.5" or "−1.5", with so many digits behind the point.
const signed = (v, digits = 0) => `${v < 0 ? '−' : '+'}${Math.abs(v).toFixed(digits)}`;

// ".5" for "0.5".
const withoutZero = (text) => text.replace(/^(-?)0\./, '$1.');

// "12,345".
const grouped = (v) => v.toLocaleString('en-US');

const percent = (share) => `${Math.round(100 * share)} %`;
