const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * Elements that are stored, in lower case. Must hold nothing that DOMPurify would remove (its lists `svg` and
 * `svgFilters`, and `use`); `image`, `feImage` and `style` are left out, because they load or restyle.
 */
export const storedElements = words(`
  svg a altglyph altglyphdef altglyphitem animatecolor animatemotion animatetransform circle clippath defs desc ellipse
  filter font g glyph glyphref hkern line lineargradient marker mask metadata mpath path pattern polygon polyline
  radialgradient rect stop switch symbol text textpath title tref tspan use view vkern
  feblend fecolormatrix fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap
  fedistantlight fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur femerge femergenode femorphology
  feoffset fepointlight fespecularlighting fespotlight fetile feturbulence
`);

/** Unknown to DOMPurify, but they only describe. */
export const harmlessAttributes = [
  'href',
  'role',
  'baseProfile',
  'calcMode',
  'enable-background',
  'filterRes',
  'requiredExtensions',
  'requiredFeatures',
  'xml:lang',
  'zoomAndPan',
];

/** Attributes that are stored, in lower case; besides `data-…` and `aria-…`. The same holds for them. */
export const storedAttributes = words(`
  ${harmlessAttributes.join(' ').toLowerCase()}
  accent-height accumulate additive alignment-baseline amplitude ascent attributename attributetype azimuth
  basefrequency baseline-shift begin bias by class clip clippathunits clip-path clip-rule color color-interpolation
  color-interpolation-filters color-profile color-rendering cx cy d dx dy diffuseconstant direction display divisor
  dominant-baseline dur edgemode elevation end exponent fill fill-opacity fill-rule filter filterunits flood-color
  flood-opacity font-family font-size font-size-adjust font-stretch font-style font-variant font-weight fx fy g1 g2
  glyph-name glyphref gradientunits gradienttransform height id image-rendering in in2 intercept k k1 k2 k3 k4 kerning
  keypoints keysplines keytimes lang lengthadjust letter-spacing kernelmatrix kernelunitlength lighting-color local
  marker-end marker-mid marker-start markerheight markerunits markerwidth maskcontentunits maskunits max mask mask-type
  media method mode min name numoctaves offset operator opacity order orient orientation origin overflow paint-order
  path pathlength patterncontentunits patterntransform patternunits pointer-events points preservealpha
  preserveaspectratio primitiveunits r rx ry radius refx refy repeatcount repeatdur restart result rotate scale seed
  shape-rendering slope specularconstant specularexponent spreadmethod startoffset stddeviation stitchtiles stop-color
  stop-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke
  stroke-width style surfacescale systemlanguage tabindex tablevalues targetx targety transform transform-origin
  text-anchor text-decoration text-orientation text-rendering textlength type u1 u2 unicode values vector-effect viewbox
  visibility version vert-adv-y vert-origin-x vert-origin-y width word-spacing wrap writing-mode xchannelselector
  ychannelselector x x1 x2 y y1 y2 z xlink:href xml:id xlink:title xml:space
`);

/** Attributes that hold names; DOMPurify takes any text there. */
export const namingAttributes = words('class id name role');

/** Attributes that hold text, and neither an address nor CSS; DOMPurify takes none there that looks like an address. */
export const textAttributes = words('lang glyph-name unicode xlink:title xml:id xml:lang');
