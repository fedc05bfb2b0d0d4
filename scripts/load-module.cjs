'use strict';
// A file of its own: an old Node cannot even read the word `import` here, and has been told so before it gets to it.
module.exports = function loadModule(file) {
  return import(require('url').pathToFileURL(file).href);
};
