'use strict';

// Paints the sky of one minute of the day: createSky(canvas).paint(minute, seconds).

// [minute of the day, colour at the top, colour at the horizon], red-green-blue.
const skyColours = [
  [0, [11, 16, 46], [34, 41, 92]],
  [300, [22, 30, 78], [84, 66, 124]],
  [375, [62, 82, 158], [255, 158, 110]],
  [450, [52, 124, 200], [255, 214, 170]],
  [600, [24, 112, 206], [146, 208, 248]],
  [960, [24, 108, 200], [150, 206, 244]],
  [1110, [70, 92, 176], [255, 186, 122]],
  [1185, [66, 48, 122], [250, 112, 92]],
  [1260, [22, 22, 68], [96, 62, 124]],
  [1440, [11, 16, 46], [34, 41, 92]],
];

const sunrise = 345;
const sunset = 1215;

/** Which part of the day a minute belongs to. */
function partOfDay(minute) {
  if (minute < 300 || minute >= 1290) return 'night';
  if (minute < 660) return 'dawn';
  return minute < 1080 ? 'day' : 'dusk';
}

function mix(from, to, share) {
  return from.map((value, index) => Math.round(value + (to[index] - value) * share));
}

function rgb(colour, alpha = 1) {
  return `rgba(${colour.join(',')},${alpha})`;
}

function coloursAt(minute) {
  const next = skyColours.findIndex(([at]) => at > minute);
  const [fromAt, fromTop, fromHorizon] = skyColours[next - 1];
  const [toAt, toTop, toHorizon] = skyColours[next];
  const share = (minute - fromAt) / (toAt - fromAt);
  return { top: mix(fromTop, toTop, share), horizon: mix(fromHorizon, toHorizon, share) };
}

/** How dark it is: 0 by day, 1 at night, between the two around sunrise and sunset. */
function darknessAt(minute) {
  const fromSun = Math.min(Math.abs(minute - sunrise), Math.abs(minute - sunset));
  const isUp = minute > sunrise && minute < sunset;
  const share = Math.min(1, fromSun / 75) / 2;
  return isUp ? 0.5 - share : 0.5 + share;
}

// Fixed pseudo-random places, so that the sky is the same at every visit.
const stars = Array.from({ length: 110 }, (_, index) => ({
  x: (index * 0.6180339887) % 1,
  y: ((index * 0.7548776662) % 1) * 0.72,
  size: 0.6 + ((index * 0.3247) % 1) * 1.1,
  phase: index * 1.7,
}));

const clouds = [
  { x: 0.12, y: 0.2, scale: 1, speed: 0.006 },
  { x: 0.46, y: 0.12, scale: 0.7, speed: 0.009 },
  { x: 0.68, y: 0.34, scale: 1.15, speed: 0.005 },
  { x: 0.95, y: 0.22, scale: 0.8, speed: 0.008 },
];

function disc(pen, x, y, radius, fill) {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.arc(x, y, radius, 0, Math.PI * 2);
  pen.fill();
}

function paintStars(pen, { width, height, seconds, darkness }) {
  for (const star of stars) {
    const twinkle = 0.7 + 0.3 * Math.sin(seconds * 1.4 + star.phase);
    disc(pen, star.x * width, star.y * height, star.size, `rgba(255,255,255,${darkness * twinkle})`);
  }
}

function paintCrescent(pen, x, y, radius) {
  pen.save();
  const shadow = new Path2D();
  shadow.rect(x - radius * 2, y - radius * 2, radius * 4, radius * 4);
  shadow.arc(x + radius * 0.42, y - radius * 0.2, radius * 0.82, 0, Math.PI * 2);
  pen.clip(shadow, 'evenodd');
  disc(pen, x, y, radius, '#f4f1de');
  pen.restore();
}

function paintSunOrMoon(pen, { width, height, minute }) {
  const isDay = minute > sunrise && minute < sunset;
  const night = 1440 - (sunset - sunrise);
  const travelled = isDay ? (minute - sunrise) / (sunset - sunrise) : ((minute - sunset + 1440) % 1440) / night;
  const x = width * (0.08 + 0.84 * travelled);
  const y = height * (0.8 - 0.6 * Math.sin(Math.PI * travelled));
  const radius = Math.max(18, Math.min(width, height) * 0.075);
  if (isDay) {
    const glow = pen.createRadialGradient(x, y, radius * 0.6, x, y, radius * 4.5);
    glow.addColorStop(0, 'rgba(255,236,170,0.75)');
    glow.addColorStop(1, 'rgba(255,220,150,0)');
    disc(pen, x, y, radius * 4.5, glow);
    disc(pen, x, y, radius, '#ffe08a');
  } else {
    paintCrescent(pen, x, y, radius * 0.85);
  }
}

function paintClouds(pen, { width, height, seconds, darkness, horizon }) {
  const dusk = 1 - Math.abs(darkness * 2 - 1);
  pen.fillStyle = rgb(mix([255, 255, 255], horizon, dusk * 0.55), 0.88 - 0.7 * darkness);
  for (const cloud of clouds) {
    const size = cloud.scale * Math.max(46, width * 0.06);
    const reach = width + size * 4;
    const x = ((cloud.x * width + cloud.speed * seconds * width) % reach) - size * 2;
    const y = cloud.y * height;
    pen.beginPath();
    pen.roundRect(x - size, y, size * 2.2, size * 0.5, size * 0.25);
    pen.moveTo(x + size * 0.1, y);
    pen.arc(x - size * 0.3, y, size * 0.4, 0, Math.PI * 2);
    pen.moveTo(x + size * 0.9, y);
    pen.arc(x + size * 0.36, y - size * 0.05, size * 0.54, 0, Math.PI * 2);
    pen.fill();
  }
}

function paintHills(pen, { width, height, darkness, horizon }) {
  const layers = [
    { base: 0.8, swell: 0.07, length: 1.15, phase: 0.9, day: [88, 152, 132], night: [30, 44, 84] },
    { base: 0.88, swell: 0.06, length: 0.8, phase: 2.6, day: [56, 124, 104], night: [20, 30, 62] },
    { base: 0.96, swell: 0.05, length: 0.55, phase: 4.4, day: [32, 94, 82], night: [11, 19, 44] },
  ];
  layers.forEach((layer, index) => {
    const ownColour = mix(layer.day, layer.night, darkness);
    pen.fillStyle = rgb(mix(ownColour, horizon, 0.22 - index * 0.09));
    pen.beginPath();
    pen.moveTo(0, height);
    for (let x = 0; x <= width + 8; x += 8) {
      const wave = Math.sin((x / Math.max(width, 520)) * Math.PI * 2 * layer.length + layer.phase);
      pen.lineTo(x, height * (layer.base - layer.swell * wave));
    }
    pen.lineTo(width, height);
    pen.fill();
  });
}

function paintBalloon(pen, { width, height, seconds, darkness }) {
  const size = Math.max(22, Math.min(width, height) * 0.095);
  const x = width * 0.76 + Math.sin(seconds * 0.21) * width * 0.03;
  const y = height * 0.4 + Math.sin(seconds * 0.6) * height * 0.025;
  const stripes = ['#f4511e', '#ff8a50', '#ffd180', '#ff8a50', '#f4511e'];

  pen.save();
  pen.translate(x, y);
  pen.strokeStyle = 'rgba(70,40,30,0.75)';
  pen.lineWidth = Math.max(1, size * 0.035);
  pen.beginPath();
  pen.moveTo(-size * 0.32, size * 0.86);
  pen.lineTo(-size * 0.17, size * 1.5);
  pen.moveTo(size * 0.32, size * 0.86);
  pen.lineTo(size * 0.17, size * 1.5);
  pen.stroke();
  pen.fillStyle = '#6d4c41';
  pen.beginPath();
  pen.roundRect(-size * 0.21, size * 1.46, size * 0.42, size * 0.32, size * 0.07);
  pen.fill();

  pen.beginPath();
  pen.arc(0, 0, size, Math.PI * 0.86, Math.PI * 2.14);
  pen.quadraticCurveTo(size * 0.6, size * 0.86, size * 0.34, size * 1.06);
  pen.lineTo(-size * 0.34, size * 1.06);
  pen.quadraticCurveTo(-size * 0.6, size * 0.86, -size * 0.91, size * 0.43);
  pen.clip();
  stripes.forEach((stripe, index) => {
    pen.fillStyle = stripe;
    pen.fillRect(size * (-1 + index * 0.4) - 0.5, -size, size * 0.4 + 1, size * 2.1);
  });
  pen.fillStyle = `rgba(16,18,52,${darkness * 0.45})`;
  pen.fillRect(-size, -size, size * 2, size * 2.1);
  pen.restore();
}

function createSky(canvas) {
  const pen = canvas.getContext('2d');

  function fit() {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  function paint(minute, seconds) {
    fit();
    const { top, horizon } = coloursAt(minute);
    const darkness = darknessAt(minute);
    const scene = { width: canvas.clientWidth, height: canvas.clientHeight, minute, seconds, darkness, top, horizon };
    const air = pen.createLinearGradient(0, 0, 0, scene.height * 0.9);
    air.addColorStop(0, rgb(top));
    air.addColorStop(1, rgb(horizon));
    pen.fillStyle = air;
    pen.fillRect(0, 0, scene.width, scene.height);
    for (const layer of [paintStars, paintSunOrMoon, paintClouds, paintHills, paintBalloon]) layer(pen, scene);
  }

  return { paint };
}
