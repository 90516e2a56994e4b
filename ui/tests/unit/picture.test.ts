import { describe, expect, it } from "vitest";

import { pictureOf } from "../../src/picture";

const drawing = (inside: string, more = "") => `<svg xmlns="http://www.w3.org/2000/svg" width="680" height="300" viewBox="0 0 680 300"${more}>${inside}</svg>`;
const shown = (svg: string) => pictureOf(svg, "throughput by rung")?.outerHTML ?? "";

describe("a chart's picture", () => {
  it("keeps the renderer's shapes, texts and looks, and is named by its alternative", () => {
    const picture = shown(drawing('<rect x="0" y="1" width="9" height="9" fill="#0a64b5"/><text x="3" y="4" font-weight="600" textLength="31.5" lengthAdjust="spacingAndGlyphs">50 % #1 “é”</text>'));
    for (const part of ['viewBox="0 0 680 300"', 'fill="#0a64b5"', 'textLength="31.5"', 'font-weight="600"', "50 % #1 “é”", 'role="img"', 'aria-label="throughput by rung"']) expect(picture).toContain(part);
  });
  it("shows a hostile name as the text that it is", () => {
    const picture = pictureOf(drawing("<text>&lt;script&gt;alert(1)&lt;/script&gt;</text>"), "");
    expect(picture?.textContent).toBe("<script>alert(1)</script>");
    expect(picture?.querySelectorAll("script")).toHaveLength(0);
  });
  it.each([
    ["a script", drawing("<script>alert(1)</script>")],
    ["a handler", drawing('<rect onclick="alert(1)" width="1"/>', ' onload="alert(1)"')],
    ["a style", drawing('<style>text{display:none}</style><rect style="fill:red"/>')],
    ["a link", drawing('<a href="https://example.org"><text>x</text></a><use href="#x"/>')],
    ["a foreign page", drawing('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>')],
    ["an address in a look", drawing('<rect fill="url(https://example.org/x)" width="1"/>')],
  ])("leaves out %s", (_, svg) => {
    expect(shown(svg)).toMatch(/^<svg /);
    expect(shown(svg)).not.toMatch(/script|onclick|onload|style|href|foreignObject|url\(|<p/i);
  });
  it("is none where the answer is no drawing", () => expect(pictureOf("<html xmlns='http://www.w3.org/1999/xhtml'/>", "")).toBeNull());
});
