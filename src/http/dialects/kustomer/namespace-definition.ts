import { nameKeys, namespacedKeys, type Component } from './components.ts';
import type { Definition } from './definition.ts';
import { isObject } from './json.ts';
import { componentName, referenceName, type NamedApp } from './names.ts';

/** A name that was written differently from how it is registered. */
export interface RenamedMember {
  parameter: string;
  from: string;
  to: string;
}

export interface NamespacedDefinition {
  definition: Definition;
  changes: RenamedMember[];
}

type Rename = (name: string, app: NamedApp) => string;

/** Gives an app and its components the names that they have among those of all organisations. */
export const namespaceDefinition = (definition: Definition, app: NamedApp): NamespacedDefinition => {
  const changes: RenamedMember[] = [];
  const renamed = (component: Component, { at, key }: { at: string; key: string }, rename: Rename): Component => {
    const from = Object.hasOwn(component, key) ? component[key] : undefined;
    if (typeof from !== 'string' || from.trim() === '') return component;
    const to = rename(from, app);
    if (to !== from) changes.push({ parameter: `${at}.${key}`, from, to });
    return { ...component, [key]: to };
  };

  const result: Definition = { ...definition, app: app.namespaced };
  if (definition.app !== app.namespaced) changes.push({ parameter: 'app', from: definition.app, to: app.namespaced });
  for (const key of namespacedKeys) {
    const components = definition[key];
    if (components)
      result[key] = components.map((one, i) => renamed(one, { at: `${key}.${i}`, key: nameKeys[key] }, componentName));
  }
  if (definition.workflows)
    result.workflows = definition.workflows.map((workflow, i) => renameWorkflow(workflow, `workflows.${i}`, renamed));
  return { definition: result, changes };
};

type Renamed = (component: Component, place: { at: string; key: string }, rename: Rename) => Component;

/** What starts it, and what its steps do. */
const renameWorkflow = (workflow: Component, at: string, renamed: Renamed): Component => {
  const { trigger, steps } = workflow;
  const step = (one: unknown, place: string): unknown =>
    isObject(one) ? renamed(one, { at: place, key: 'action' }, referenceName) : one;
  return {
    ...workflow,
    ...(isObject(trigger) && {
      trigger: renamed(trigger, { at: `${at}.trigger`, key: 'eventName' }, referenceName),
    }),
    ...(Array.isArray(steps) && { steps: steps.map((one, i) => step(one, `${at}.steps.${i}`)) }),
    // Some definitions have the steps by name.
    ...(isObject(steps) && {
      steps: Object.fromEntries(Object.entries(steps).map(([key, one]) => [key, step(one, `${at}.steps.${key}`)])),
    }),
  };
};
