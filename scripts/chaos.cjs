'use strict';
// `npm run chaos`: install, build (it runs the built program), then break it. In one process, so that signals reach it.
// `npm run chaos -- --queue postgres --seed 7 --jobs 200 --quick`
var setup = require('./setup.cjs');
setup.install();
setup.build();
var url = require('url');
var main = require('path').join(setup.root, 'chaos', 'main.ts');
import('tsx/esm/api').then(function (tsx) {
  tsx.register();
  return import(url.pathToFileURL(main).href);
});
