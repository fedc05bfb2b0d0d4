import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { readDefinition } from '../../../src/http/dialects/kustomer/read-definition.ts';

const id = '0123456789abcdef01234567';
const read = (definition: object) => readDefinition({ app: 'hello', version: '0.0.1', ...definition }, id);
const own = (name: string) => `kustomer.app.hello_${id}.${name}`;
const faultOf = (definition: object): unknown => {
  try {
    read(definition);
    return undefined;
  } catch (err) {
    return err instanceof AppError ? err.details : err;
  }
};

describe('a definition', () => {
  it('is given the names that are its own, and tells which ones', () => {
    const { definition, changes } = read({
      klasses: [{ name: 'order' }],
      kviews: [{ name: 'card' }, { name: own('other') }],
      commands: [{ name: 'kustomer.app.hello.get' }],
      actions: [{ name: 'act' }],
      triggers: [{ eventName: 'fired', name: 'stays' }],
      hooks: [{ eventName: 'form' }],
      widgets: [{ name: 'widget' }],
      outboundWebhooks: [{ name: 'out' }],
      workflows: [
        {
          name: 'flow',
          trigger: { eventName: 'form' },
          steps: [{ action: 'act', params: { action: 'x' } }, { action: 'kustomer.note.create' }, 'loose'],
        },
        { name: 'by name', steps: { first: { action: 'act' } } },
      ],
    });
    expect(definition).toEqual({
      app: `hello_${id}`,
      version: '0.0.1',
      visibility: 'private',
      klasses: [{ name: 'order' }],
      kviews: [{ name: own('card') }, { name: own('other') }],
      commands: [{ name: own('get') }],
      actions: [{ name: own('act') }],
      triggers: [{ eventName: own('fired'), name: 'stays' }],
      hooks: [{ eventName: own('form') }],
      widgets: [{ name: 'widget' }],
      outboundWebhooks: [{ name: 'out' }],
      workflows: [
        {
          name: 'flow',
          trigger: { eventName: own('form') },
          steps: [{ action: own('act'), params: { action: 'x' } }, { action: 'kustomer.note.create' }, 'loose'],
        },
        { name: 'by name', steps: { first: { action: own('act') } } },
      ],
    });
    expect(changes.map(({ parameter }) => parameter).sort()).toEqual([
      'actions.0.name',
      'app',
      'commands.0.name',
      'hooks.0.eventName',
      'kviews.0.name',
      'triggers.0.eventName',
      'workflows.0.steps.0.action',
      'workflows.0.trigger.eventName',
      'workflows.1.steps.first.action',
    ]);
    expect(changes).toContainEqual({ parameter: 'kviews.0.name', from: 'card', to: own('card') });
  });

  it('is the same when it is read again as it was answered', () => {
    const { definition } = read({ kviews: [{ name: 'card' }], workflows: [{ trigger: { eventName: 'form' } }] });
    const again = readDefinition(definition, id);
    expect(again.definition).toEqual(definition);
    expect(again.changes).toEqual([]);
  });

  it('has a parameter for each setting, called by its category too', () => {
    const { version } = read({
      settings: {
        default: {
          region: { type: 'string', defaultValue: 'eu', required: true, description: 'Where' },
          apiKey: { type: 'secret', defaultValue: 'swordfish' },
          limit: { type: 'number', defaultValue: '5' },
          live: { type: 'boolean', defaultValue: false },
        },
        other: { region: {}, ['__proto__x']: { type: 'secret', required: true } },
      },
    });
    const parameter = { kind: 'text', required: false, secure: false, defaultValue: null };
    expect(version.parameters).toEqual([
      { ...parameter, name: 'default.region', required: true, defaultValue: 'eu' },
      { ...parameter, name: 'default.apiKey', secure: true, defaultValue: 'swordfish' },
      { ...parameter, name: 'default.limit', kind: 'number', defaultValue: 5 },
      { ...parameter, name: 'default.live', kind: 'checkbox', defaultValue: false },
      { ...parameter, name: 'other.region' },
      { ...parameter, name: 'other.__proto__x', required: true, secure: true },
    ]);
  });

  it('has a requirement for each component, by its name or its place', () => {
    const widget = { url: 'https://a.example', width: '464px' };
    const { version } = read({ widgets: [{ name: 'a' }, widget], hooks: [{ eventName: 'form', type: 'web' }] });
    expect(version.requirements).toEqual([
      { type: 'hook', identifier: own('form'), payload: { eventName: own('form'), type: 'web' } },
      { type: 'widget', identifier: 'a', payload: { name: 'a' } },
      { type: 'widget', identifier: '#2', payload: widget },
    ]);
  });

  it('keeps no secret where it is shown', () => {
    const { definition, version } = read({
      clientId: 'public',
      clientSecret: 'swordfish-1',
      env: { A: 'swordfish-2' },
      auth: { tokenUrl: 'https://a.example', client_secret: 'swordfish-3', list: [{ accessToken: 'swordfish-4' }] },
      settings: { a: { b: { type: 'secret', defaultValue: 'swordfish-5', description: 'B' } } },
    });
    expect(definition).toMatchObject({
      clientId: 'public',
      auth: { tokenUrl: 'https://a.example', list: [{}] },
      settings: { a: { b: { type: 'secret', description: 'B' } } },
    });
    expect(JSON.stringify([definition, version.attributes, version.requirements])).not.toContain('swordfish');
  });

  it('keeps no secret of auth and meta that is called like one', () => {
    const members = {
      clientSecretValue: 'swordfish',
      PASSWORDS: ['swordfish'],
      credentials: { id: 'swordfish' },
      refresh_token: 'swordfish',
      'api-key': 'swordfish',
      tokenUrl: 'https://a.example',
      keyName: 'shown',
    };
    const { definition, version } = read({ auth: members, meta: { nested: [members] } });
    const shown = { tokenUrl: 'https://a.example', keyName: 'shown' };
    expect(definition).toMatchObject({ auth: shown, meta: { nested: [shown] } });
    expect(JSON.stringify([definition, version.attributes])).not.toContain('swordfish');
  });

  it('says which roles it needs, or none, unless it is minimal', () => {
    const rolesOf = (definition: object): unknown => read(definition).version.attributes['roles'];
    expect(rolesOf({ roles: ['a'] })).toEqual(['a']);
    expect(rolesOf({ title: 'Hello' })).toEqual([]);
    expect(rolesOf({ visibility: 'private' })).toBeNull();
  });

  it('keeps members that are called like those of every object', () => {
    const body = JSON.parse(
      '{"meta":{"__proto__":{"a":1},"constructor":2},"settings":{"__proto__":{"__proto__":{"type":"number"}}}}',
    ) as object;
    const { definition, version } = read(body);
    expect(JSON.stringify(definition.meta)).toBe('{"__proto__":{"a":1},"constructor":2}');
    expect(JSON.stringify(definition.settings)).toBe('{"__proto__":{"__proto__":{"type":"number"}}}');
    expect(version.parameters.map(({ name }) => name)).toEqual(['__proto__.__proto__']);
  });

  it.each([
    ['nested too deep', { meta: JSON.parse(`{"a":${'['.repeat(60)}${']'.repeat(60)}}`) as object }, 'meta.a.0.0'],
    ['a broken surrogate in a key', { meta: { '\ud800': 1 } }, 'meta'],
    [
      'too many settings',
      { settings: { a: Object.fromEntries(Array.from({ length: 251 }, (_, i) => [`s${i}`, {}])) } },
      'settings',
    ],
    ['a setting without a name', { settings: { a: { '': {} } } }, 'settings.a.'],
    ['a long name of a setting', { settings: { a: { ['b'.repeat(200)]: {} } } }, `settings.a.${'b'.repeat(198)}`],
    ['a long category', { settings: { ['a'.repeat(30_000)]: { b: {} } } }, `settings.${'a'.repeat(200)}`],
    [
      'too many steps',
      { workflows: [{ steps: Array(600).fill({}) }, { steps: Object.fromEntries(Array(401).fill({}).entries()) }] },
      'workflows',
    ],
    [
      'names that make it larger than a mebibyte',
      { i18n: { a: 'x'.repeat(1_000_000) }, workflows: [{ steps: Array(1_000).fill({ action: 'a' }) }] },
      '',
    ],
    ['numbers that the database writes with 300 digits', { meta: { a: Array(4).fill(Array(999).fill(1e300)) } }, ''],
    ['a component with a long name', { klasses: [{ name: 'a'.repeat(401) }] }, 'klasses.0.name'],
    ['a name that is an object', { klasses: [{ name: {} }] }, 'klasses.0.name'],
  ])('is refused with %s, by the place', (_name, definition, parameter) =>
    expect(faultOf(definition)).toEqual({ parameter }),
  );
});
