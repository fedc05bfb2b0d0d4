'use strict';
// `npm run conformance [FILE]`: install, then compare the package rules with the answers of the reference validator.
// It runs the sources themselves, so nothing needs to be built.
var setup = require('./setup.cjs');
setup.install();
var path = require('path');
// npm runs this in the project's folder; FILE is meant from where the user is.
var file = process.argv[2] && path.resolve(process.env.INIT_CWD || process.cwd(), process.argv[2]);
import('tsx/esm/api')
  .then(function (tsx) {
    tsx.register();
    return import('../test/conformance/run.ts');
  })
  .then(function (conformance) {
    return conformance.run(file);
  })
  .catch(function (err) {
    console.error('Appyard: ' + err.message);
    process.exit(1);
  });
