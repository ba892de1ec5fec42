// Nodes of the page.

/// Where a line of code may be broken: after an opening bracket, a separator or an operator, and before a method, but
/// not within the name of a file, nor between it and its bracket.
const BREAKS = /(?<=[[{<,;|=>/]|::|\((?!\w+\.rs\b))(?=[^\s/=>&|:])|(?<=[\w)?\]])(?=\.(?!rs\b)[a-z_])/;

/// Code that may be broken between its tokens.
export function code(text) {
  const node = document.createDocumentFragment();
  String(text).split(BREAKS).forEach((part, at) => node.append(...(at ? [document.createElement("wbr")] : []), part));
  return node;
}

export function make(tag, text, name) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (name) node.className = name;
  return node;
}
