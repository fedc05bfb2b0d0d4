'use strict';
// `npm start`: install, build, run. In one process, so that signals reach it and nothing stands between.
var setup = require('./setup.cjs');
setup.install();
setup.build();
var main = require('path').join(setup.root, 'dist', 'src', 'cli', 'main.js');
process.argv = [process.argv[0], main, 'start'].concat(process.argv.slice(2));
require('./load-module.cjs')(main);
