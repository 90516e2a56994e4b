// A chart's drawing as part of the page, so that its text is set in the page's own face.
//
// The drawing is made by our own renderer, but the names in it come from outside. Whatever a drawing holds beside
// shapes, texts and their looks is left out: no script, no style, no link, no handler can come in this way.

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = new Set(["svg", "g", "rect", "line", "polyline", "polygon", "circle", "path", "text", "tspan"]);
const LOOKS = new Set([
  "width", "height", "viewBox", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "d", "points", "transform",
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "opacity",
  "font-family", "font-size", "font-weight", "text-anchor", "textLength", "lengthAdjust",
]);

/** The drawing as an element that says `alt`; null where it is no SVG. */
export function pictureOf(svg: string, alt: string): Element | null {
  const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  if (drawn.localName !== "svg" || drawn.namespaceURI !== SVG) return null;
  const picture = inert(drawn);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", alt);
  return picture;
}

function inert(drawn: Element): Element {
  const copy = document.createElementNS(SVG, drawn.localName);
  // A shape with an address ("url(…)") would load what is not in the drawing.
  for (const { name, value } of drawn.attributes) if (LOOKS.has(name) && !value.includes("url(")) copy.setAttribute(name, value);
  for (const node of drawn.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) copy.append(node.textContent ?? "");
    else if (node instanceof Element && node.namespaceURI === SVG && SHAPES.has(node.localName)) copy.append(inert(node));
  }
  return copy;
}
