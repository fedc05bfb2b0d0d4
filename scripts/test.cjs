'use strict';
// `npm test`: install, build (the end-to-end tests start the built programs), then every test.
var setup = require('./setup.cjs');
setup.install();
setup.build();
var vitest = require('path').join(setup.root, 'node_modules', 'vitest', 'vitest.mjs');
var done = require('child_process').spawnSync(process.execPath, [vitest, 'run'].concat(process.argv.slice(2)), {
  cwd: setup.root,
  stdio: 'inherit',
});
process.exit(done.status === null ? 1 : done.status);
