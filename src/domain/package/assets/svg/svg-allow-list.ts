const words = (text: string): ReadonlySet<string> => {
  const names = text.trim().split(/\s+/);
  // The reference knows each name in lower case too.
  return new Set([...names, ...names.map((name) => name.toLowerCase())]);
};

/** Elements that may stand in a drawing without a warning. Package rules of the reference validator 4.52. */
export const svgElements = words(`
  a animate animateColor animateMotion animateTransform circle clipPath defs desc ellipse feGaussianBlur filter
  font-face font-face-name font-face-src foreignObject g glyph hkern line linearGradient marker mask metadata
  missing-glyph mpath path polygon polyline radialGradient rect set stop svg switch symbol text textPath title tspan use
`);

/** Attributes that may stand in a drawing without a warning; besides `data-…` and `aria-…`. Same source. */
export const svgAttributes = words(`
  accent-height accumulate additive alphabetic arabic-form ascent attributeName attributeType baseProfile bbox begin
  calcMode cap-height class clip-path clip-rule color color-interpolation-filters color-rendering content cx cy d
  descent display dur dx dy end fill fill-opacity fill-rule filterRes filterUnits font-family font-size font-stretch
  font-style font-variant font-weight fx fy g1 g2 glyph-name gradientUnits hanging height horiz-adv-x horiz-origin-x id
  ideographic k keyPoints keySplines keyTimes lang marker-end marker-mid marker-start markerHeight markerUnits
  markerWidth maskContentUnits maskUnits mathematical max method min name offset opacity orient origin
  overline-position overline-thickness panose-1 path pathLength patternContentUnits patternTransform patternUnits
  points preserveAspectRatio primitiveUnits r refX refY repeatCount repeatDur requiredExtensions requiredFeatures
  restart role rotate rx ry slope spacing startOffset stdDeviation stemh stemv stop-color stop-opacity
  strikethrough-position strikethrough-thickness stroke stroke-dasharray stroke-dashoffset stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-opacity stroke-width systemLanguage target text-anchor transform type u1 u2
  underline-position underline-thickness unicode unicode-range units-per-em version viewBox visibility width widths x
  x-height x1 x2 xlink:actuate xlink:arcrole xlink:href xlink:role xlink:show xlink:title xlink:type xml:base xml:lang
  xml:space y y1 y2 zoomAndPan
  abbr accept accept-charset accesskey action align alt axis border cellpadding cellspacing char charoff charset
  checked cite clear cols colspan compact contenteditable coords datetime dir disabled enctype for frame headers href
  hreflang hspace ismap label longdesc loop loopcount loopend loopstart maxlength media multiple nohref noshade nowrap
  poster preload prompt readonly rel rev rows rowspan rules scope selected shape size span src start style summary
  tabindex title usemap valign value vspace
`);

/** Attributes whose value is an address. */
export const uriAttributes = words('action cite href longdesc poster preload src xlink:href xml:base');

/** Attributes that may refer to a part of the drawing by `url(#…)`, and to nothing else. */
export const referenceAttributes = words(`
  clip-path color-profile cursor fill filter marker marker-end marker-mid marker-start mask stroke
`);

/** Elements whose `xlink:href` may only point into the drawing. */
export const localElements = words(`
  altGlyph animate animateColor animateMotion animateTransform cursor feImage filter linearGradient pattern
  radialGradient set textpath tref use
`);

/** What an address may begin with. */
export const protocols = words(`
  afs aim callto data ed2k feed ftp gopher http https irc line mailto news nntp rsync rtsp sftp sms ssh tag tel telnet
  urn webcal xmpp
`);

/** What a `data:` address may hold. */
export const dataTypes = words('image/gif image/jpeg image/png text/css text/plain');

/** What a `style` may set, besides background, border, margin and padding. */
export const cssProperties = words(`
  align-content align-items align-self aspect-ratio azimuth background-color border-bottom-color border-collapse
  border-color border-left-color border-right-color border-top-color clear color cursor direction display elevation
  enable-background fill fill-opacity fill-rule flex flex-basis flex-direction flex-flow flex-grow flex-shrink
  flex-wrap float font font-family font-size font-style font-variant font-weight height justify-content letter-spacing
  line-height list-style list-style-type max-width order overflow overflow-x overflow-y page-break-after
  page-break-before page-break-inside pause pause-after pause-before pitch pitch-range position richness speak
  speak-header speak-numeral speak-punctuation speech-rate stress stroke stroke-linecap stroke-linejoin stroke-opacity
  stroke-width text-align text-decoration text-indent unicode-bidi vertical-align voice-family volume white-space width
`);

/** What the values of a `style` may call. */
export const cssFunctions = words(`
  attr blur brightness calc circle contrast counter counters cubic-bezier drop-shadow ellipse grayscale hsl hsla
  hue-rotate hwb inset invert linear-gradient matrix matrix3d opacity perspective polygon radial-gradient
  repeating-linear-gradient repeating-radial-gradient rgb rgba rotate rotate3d rotateX rotateY rotateZ saturate sepia
  scale scale3d scaleX scaleY scaleZ skew skewX skewY symbols translate translate3d translateX translateY translateZ
`);
