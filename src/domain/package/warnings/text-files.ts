/** Scripts, by extension. Package rules of the reference validator 4.52. */
export const isScript = (path: string): boolean => /\.jsx?$/.test(path);

/** Pages, by extension. */
export const isPage = (path: string): boolean => /\.html?$/.test(path);

/** By the end of the name, not by its extension: `foojs` counts, and so does `a.jso`. */
export const isText = (path: string): boolean => /(?:html?|xml|js|json?)$/.test(path);
