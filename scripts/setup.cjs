'use strict';
// Plain old JavaScript without dependencies: it must run, and say so, on a Node that is too old for everything else.
var major = process.versions.node.split('.').map(Number);
if (major[0] < 20 || (major[0] === 20 && major[1] < 19)) {
  console.error('Appyard needs Node 20.19 or newer; this is ' + process.version + '.');
  process.exit(1);
}
var fs = require('fs');
var path = require('path');
var crypto = require('crypto');
var childProcess = require('child_process');

var root = path.join(__dirname, '..');
var stamp = path.join(root, 'node_modules', '.appyard-stamp');

/** What the installed packages were made for: another lock file, Node or machine asks for another install. */
function wanted() {
  var hash = crypto.createHash('sha256').update(process.versions.modules + process.platform + process.arch);
  ['package.json', 'package-lock.json'].forEach(function (file) {
    hash.update(fs.readFileSync(path.join(root, file)));
  });
  return hash.digest('hex');
}

function installed() {
  try {
    return fs.readFileSync(stamp, 'utf8') === wanted();
  } catch (err) {
    return false;
  }
}

function run(what, command, args) {
  var done = childProcess.spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status === 0) return;
  console.error('Appyard: ' + what + ' failed' + (done.error ? ': ' + done.error.message : '') + '.');
  process.exit(done.status || 1);
}

/** Installs the dependencies unless they are there. No package's install script runs, whatever npm's version. */
function install() {
  if (installed()) return;
  console.log('Installing the dependencies (once) …');
  var args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // Set under `npm start` and `npm test`; not when this runs under plain node.
  var npm = process.env.npm_execpath;
  if (npm) run('npm install', process.execPath, [npm].concat(args));
  else run('npm install', process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
  fs.writeFileSync(stamp, wanted());
}

/** Compiles what has changed. Where there is no compiler, as in a package from a registry, dist/ is there already. */
function build() {
  var compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!fs.existsSync(compiler)) return;
  run('the build', process.execPath, [compiler, '-p', 'tsconfig.build.json']);
  // npx runs the program itself; the compiler does not make it one.
  fs.chmodSync(path.join(root, 'dist', 'src', 'cli', 'main.js'), 493); // 0755
}

module.exports = { root: root, install: install, build: build };
