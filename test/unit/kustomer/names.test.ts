import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  componentName,
  isAppName,
  namespaced,
  plainName,
  referenceName,
  splitAppVersion,
} from '../../../src/http/dialects/kustomer/names.ts';

const id = '0123456789abcdef01234567';
const app = { plain: 'hello', namespaced: `hello_${id}` };

describe('names of apps', () => {
  it('end in the id of their organisation, once', () => {
    expect(namespaced('hello', id)).toBe(`hello_${id}`);
    expect(namespaced(`hello_${id}`, id)).toBe(`hello_${id}`);
    expect(plainName(`hello_${id}`, id)).toBe('hello');
    expect(plainName('hello', id)).toBe('hello');
  });

  it('are namespaced once however often they are sent back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\w{1,128}$/), (name) => {
        const once = namespaced(name, id);
        expect(namespaced(once, id)).toBe(once);
        expect(namespaced(plainName(once, id), id)).toBe(once);
      }),
    );
  });

  it.each(['hello', 'Hello_2', '_', 'a'.repeat(128), `hello_${id}`, `${'a'.repeat(128)}_${id}`, `_${id}`])(
    'may be %s',
    (name) => expect(isAppName(name, id)).toBe(true),
  );

  it.each(['', 'a-b', 'a b', 'ä', 'a.b', 'a\n', 'a'.repeat(129), `${'a'.repeat(129)}_${id}`])('may not be %j', (name) =>
    expect(isAppName(name, id)).toBe(false),
  );
});

describe('an app and its version in a path', () => {
  it.each([
    ['hello_world_example-0.0.2', 'hello_world_example', '0.0.2'],
    ['hello-latest', 'hello', 'latest'],
    ['hello-1.5.0-beta.1-x', 'hello', '1.5.0-beta.1-x'],
  ])('%s is taken apart at the first dash', (segment, name, version) =>
    expect(splitAppVersion(segment)).toEqual({ name, version }),
  );

  it.each(['', '-', 'hello', 'hello-', '-1.0.0', 'a b-1.0.0', 'ä-1.0.0'])('%j names nothing', (segment) =>
    expect(splitAppVersion(segment)).toBeUndefined(),
  );
});

describe('names of components', () => {
  const full = `kustomer.app.hello_${id}.card`;

  it.each(['card', full, 'kustomer.app.hello.card'])('%s becomes one of the app', (name) =>
    expect(componentName(name, app)).toBe(full),
  );

  it.each(['kustomer.app.other.card', 'kustomer.app.hello.', 'kustomer.card'])('%s does not follow the form', (name) =>
    expect(componentName(name, app)).toBe(`kustomer.app.hello_${id}.${name}`),
  );

  it.each([
    ['card', full],
    ['kustomer.app.hello.card', full],
    [full, full],
    ['kustomer.conversation.create', 'kustomer.conversation.create'],
    ['kustomer.app.other.act', 'kustomer.app.other.act'],
  ])('a workflow that refers to %s refers to %s', (name, expected) => expect(referenceName(name, app)).toBe(expected));
});
