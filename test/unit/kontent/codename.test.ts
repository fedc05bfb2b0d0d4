import { describe, expect, it } from 'vitest';
import { codenameFor } from '../../../src/http/dialects/kontent/codename.ts';
import { isCodename } from '../../../src/http/dialects/kontent/fields.ts';

describe('a codename that is made of a name', () => {
  it.each([
    ['My custom app', 'my_custom_app'],
    ['  Änderungs-Log 2.0! ', 'anderungs_log_2_0'],
    ['___a---b___', 'a_b'],
    ['日本', 'custom_app'],
    ['🙂', 'custom_app'],
    ['x'.repeat(200), 'x'.repeat(60)],
  ])('is of %s: %s', (name, codename) => {
    expect(codenameFor(name)).toBe(codename);
    expect(isCodename(codename)).toBe(true);
  });

  it('has room for what tells it from another', () => {
    expect(codenameFor('My app', 'a1b2c3')).toBe('my_app_a1b2c3');
    expect(codenameFor('x'.repeat(200), 'a1b2c3')).toBe(`${'x'.repeat(53)}_a1b2c3`);
  });
});
