import { entriesAt, type JsonDocument } from './json/json-document.ts';
import { isSet, show } from './json/values.ts';
import { type ProblemList, reporter } from './problem-list.ts';

const knownExperiments = ['hashParams', 'newCssCompiler'];

/**
 * What only apps for everyone must obey. Package rules of the reference validator 4.52; its other rule, no symlinks,
 * holds for every archive.
 */
export const checkMarketplace = (document: JsonDocument, problems: ProblemList): void => {
  const report = reporter(problems, document);
  for (const [experiment, value] of entriesAt(document, ['experiments'])) {
    if (!isSet(value) || knownExperiments.includes(experiment)) continue;
    report({
      key: 'invalid_experiment',
      path: ['experiments', experiment],
      message: `"experiments" in manifest.json turns on ${show(experiment)}, which does not exist; remove it.`,
      data: { experiment },
    });
  }
};
