import { has, isObject, isSet, type JsonObject, own, show } from '../json/values.ts';
import { entriesAt, type JsonDocument, type JsonPath } from '../json/json-document.ts';
import { type JsonFileRules, type JsonLimits, readJsonFile } from '../json/read-json-file.ts';
import { isProduct } from '../locations/location-table.ts';
import type { PackageView } from '../package-view.ts';
import type { PackageProblem } from '../problem.ts';
import { type ProblemList, type Report, reporter } from '../problem-list.ts';
import { findBareText } from './annotated-format.ts';
import { isLocale } from './locale.ts';
import { listTranslationFiles, type TranslationFile } from './list-translation-files.ts';
import { maxShownBytes, shownBytes, shownTexts } from './shown-texts.ts';
import { plainTexts } from './texts-for.ts';
import { checkRequiredTexts, requiredTextsFile, type TextDemands } from './required-texts.ts';

/** Members that the reference validator 4.52 takes for objects, and crashes on when they are not. */
const structureFault = (tree: JsonObject): JsonPath | undefined => {
  const app = own(tree, 'app');
  if (Array.isArray(app)) return ['app'];
  if (!isObject(app)) return undefined;
  if (isSet(own(app, 'parameters')) && !isObject(own(app, 'parameters'))) return ['app', 'parameters'];
  const product = Object.keys(app).find((key) => isProduct(key) && !isObject(app[key]));
  return product === undefined ? undefined : ['app', product];
};

const checkParameterLabels = (document: JsonDocument, report: Report): void => {
  const { file } = document;
  const bare = entriesAt(document, ['app', 'parameters']).find(([, texts]) => !isObject(texts) || !has(texts, 'label'));
  if (!bare) return;
  report({
    key: 'translation.missing_required_key_on_leaf',
    path: ['app', 'parameters', bare[0]],
    message: `${file} has no "label" for the parameter ${show(bare[0])}; add it.`,
    data: { file, missing_key: 'label', leaf: bare[0] },
  });
};

/** Gives the file's texts when they can be looked at further. */
const checkTree = (document: JsonDocument, report: Report): JsonObject | undefined => {
  const { file } = document;
  const tree = document.root.value;
  const fault = isObject(tree) ? structureFault(tree) : [];
  if (!isObject(tree) || fault) {
    const where = fault?.length ? `${fault.join('.')} in ${file}` : file;
    const message = `${where} must be a JSON object of texts; write { … }.`;
    report({ key: 'translation.not_json_object', path: fault ?? [], message, data: { file } });
    return undefined;
  }
  if (!isSet(own(own(tree, 'app'), 'package'))) return tree;
  const bare = findBareText(document.root);
  if (bare) {
    report({
      key: 'translation.invalid_format',
      path: bare.path,
      message: `${file} has "app.package", so ${show(bare.name)} must be an object with the strings "title" and "value".`,
      data: { field: `'${bare.name}': '${typeof bare.value === 'string' ? bare.value : show(bare.value)}'` },
    });
  }
  return tree;
};

/** 8 MiB are some hundred languages of a very large app. */
const maxBytesInAll = 8 * 1024 * 1024;
/** They are handed from thread to thread, and each value takes some 200 bytes there, however small it is. */
const maxValuesInAll = 50_000;

const tooManyValues: PackageProblem = {
  key: 'translations_too_large',
  message: `The files under translations/ have more than ${maxValuesInAll} values together; keep fewer texts.`,
  data: { max: maxValuesInAll },
};

const tooMuchShown = (bytes: number): PackageProblem => ({
  key: 'listing_texts_too_large',
  message: `The names, descriptions, instructions and parameter texts under translations/ have ${bytes} bytes in all languages together; the maximum is ${maxShownBytes}. Shorten the texts or remove languages.`,
  data: { max: maxShownBytes, count: bytes },
});

const checkLocaleOf = ({ file, locale }: TranslationFile, problems: ProblemList): void => {
  if (isLocale(locale)) return;
  const message = `${file.path} is not named after a locale; use a name such as translations/en.json or translations/es-419.json.`;
  problems.add({ key: 'translation.invalid_locale', message, file: file.path, data: { file: file.path } });
};

/** Gives the texts of the file, unless something keeps them from being read. */
const checkFile = (translation: TranslationFile, rules: JsonFileRules, limits: JsonLimits, problems: ProblemList) => {
  checkLocaleOf(translation, problems);
  const read = readJsonFile(translation.file, rules, limits);
  if ('problem' in read) {
    problems.add(read.problem);
    return { problem: read.problem, count: 0 };
  }
  const report = reporter(problems, read.document);
  const tree = checkTree(read.document, report);
  if (tree) checkParameterLabels(read.document, report);
  return { tree, report, count: read.count };
};

/**
 * Package rules of the reference validator 4.52. One file at a time, because a parsed one takes about thirty times
 * its size.
 */
export const checkTranslations = (
  view: PackageView,
  demands: TextDemands,
  limits: JsonLimits,
  problems: ProblemList,
): void => {
  const files = listTranslationFiles(view);
  const bytes = files.reduce((sum, { file }) => sum + file.bytes.length, 0);
  if (bytes > maxBytesInAll) {
    const message = `The files under translations/ have ${bytes} bytes together; keep them below ${maxBytesInAll} bytes.`;
    problems.add({ key: 'translations_too_large', message, data: { max: maxBytesInAll, count: bytes } });
    return;
  }
  const before = problems.count;
  let values = maxValuesInAll;
  let shown = 0;
  for (const file of files) {
    const rules = { syntaxKey: 'translation.not_json', values: { max: values, tooMany: tooManyValues } };
    const { tree, report, problem, count } = checkFile(file, rules, limits, problems);
    if (problem === tooManyValues) return;
    values -= count;
    if (tree) shown += shownBytes(shownTexts(plainTexts(tree)));
    const isComplete = file.file.path === requiredTextsFile && problems.count === before;
    if (tree && isComplete) checkRequiredTexts(tree, demands, report);
  }
  if (shown > maxShownBytes) problems.add(tooMuchShown(shown));
};
