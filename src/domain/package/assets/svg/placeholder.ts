/** Stands in for a drawing that cannot be kept: a grey frame. */
export const placeholderSvg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">' +
  '<rect x="3" y="3" width="18" height="18" rx="3" fill="none" stroke="#b8bdc2" stroke-width="2"/></svg>';
