'use strict';
// `npm run bench`: install, build (the benchmark runs the built programs), then measure. In one process, so that
// signals reach it. `npm run bench -- polls builds memory packages fairness restarts sizes hostile` for some of the
// sections only.
var setup = require('./setup.cjs');
setup.install();
setup.build();
var url = require('url');
var main = require('path').join(setup.root, 'bench', 'main.ts');
import('tsx/esm/api').then(function (tsx) {
  tsx.register();
  return import(url.pathToFileURL(main).href);
});
