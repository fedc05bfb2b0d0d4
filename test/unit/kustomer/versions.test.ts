import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { checkSuccessor, isVersion, latestOf } from '../../../src/http/dialects/kustomer/versions.ts';

const of = (version: string, roles?: string[]) => ({ version, roles });
/** What is wrong: `409 …`; undefined when nothing is. */
const faultOf = (...args: Parameters<typeof checkSuccessor>): string | undefined => {
  try {
    checkSuccessor(...args);
    return undefined;
  } catch (err) {
    return err instanceof AppError ? `${err.status} ${err.message}` : String(err);
  }
};

describe('a version', () => {
  it.each(['0.0.1', '1.2.3', '1.5.0-beta', '1.5.0-beta.11', '10.0.0-x-y'])('may be %s', (version) =>
    expect(isVersion(version)).toBe(true),
  );

  it.each([
    '',
    '1',
    '1.0',
    'v1.0.0',
    ' 1.0.0',
    '1.0.0 ',
    '01.0.0',
    '1.0.0+1',
    'latest',
    '1.0.0-',
    `1.0.0-${'a'.repeat(100)}`,
  ])('may not be %j', (version) => expect(isVersion(version)).toBe(false));
});

describe('the latest version', () => {
  it.each([
    [['0.0.9', '0.0.10', '0.0.2'], '0.0.10'],
    [['1.0.0', '2.0.0-beta'], '1.0.0'],
    [['1.0.0-alpha', '1.0.0-alpha.10', '1.0.0-alpha.9', '1.0.0-rc'], '1.0.0-rc'],
    [[], undefined],
  ])('of %j is %s', (versions, latest) => expect(latestOf(versions)).toBe(latest));
});

describe('the version after others', () => {
  it('may be any when it is the first one', () => {
    expect(faultOf(of('0.0.1', ['a']), [])).toBeUndefined();
    expect(faultOf(of('7.0.0-beta'), [])).toBeUndefined();
  });

  it('may not be there already', () =>
    expect(faultOf(of('1.0.0'), [of('1.0.0'), of('2.0.0')])).toMatch(/^409 version already registered, increment it/));

  it.each([
    ['0.9.0', '1.0.0'],
    ['1.0.0-rc', '1.0.0'],
    ['1.0.0-beta.2', '1.0.0-beta.10'],
    ['1.0.0-alpha.beta', '1.0.0-beta'],
    ['1.0.1', '1.1.0-alpha'],
  ])('may not be %s when there is %s', (next, there) =>
    expect(faultOf(of(next), [of(there)])).toBe(`400 cannot register outdated version, must be greater than ${there}`),
  );

  it.each([
    ['0.0.10', '0.0.9'],
    ['1.0.0', '1.0.0-rc.1'],
    ['1.0.0-beta.11', '1.0.0-beta.2'],
    ['1.0.0-beta', '1.0.0-alpha.9'],
  ])('may be %s when there is %s', (next, there) => expect(faultOf(of(next), [of(there)])).toBeUndefined());

  it('may have other roles with a higher major number only', () => {
    const there = [of('1.0.0', ['a', 'b'])];
    for (const roles of [['a'], [], ['a', 'c'], ['a', 'b', 'c']]) {
      expect(faultOf(of('1.1.0', roles), there)).toMatch(
        /^400 roles do not match previous version, major bump required/,
      );
      expect(faultOf(of('2.0.0', roles), there)).toBeUndefined();
    }
  });

  it('may have the same roles in another order and more than once', () =>
    expect(faultOf(of('1.0.1', ['b', 'a', 'b']), [of('1.0.0', ['a', 'b'])])).toBeUndefined());

  it('changes no roles when it says nothing of them, and is passed over by the one after it', () => {
    const there = [of('1.0.0', ['a']), of('1.0.1')];
    expect(faultOf(of('1.0.1'), there.slice(0, 1))).toBeUndefined();
    expect(faultOf(of('1.0.2', ['a']), there)).toBeUndefined();
    expect(faultOf(of('1.0.2', ['b']), there)).toMatch(/^400 roles/);
  });

  it('is above all that were registered one after the other, whatever was tried', () => {
    const version = fc
      .tuple(fc.nat(2), fc.nat(2), fc.nat(12), fc.constantFrom('', '-alpha', '-alpha.2', '-alpha.10', '-beta'))
      .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`);
    fc.assert(
      fc.property(fc.array(version, { maxLength: 20 }), (tried) => {
        const registered: string[] = [];
        for (const next of tried)
          if (
            !faultOf(
              of(next),
              registered.map((one) => of(one)),
            )
          )
            registered.push(next);
        expect(new Set(registered).size).toBe(registered.length);
        const stable = registered.filter((one) => !one.includes('-'));
        expect(latestOf(registered)).toBe(stable.at(-1) ?? registered.at(-1));
      }),
    );
  });
});
