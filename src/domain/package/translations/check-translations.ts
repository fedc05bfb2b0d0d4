import { has, isObject, isSet, type JsonObject, own, show } from '../json/values.ts';
import type { JsonDocument, JsonPath } from '../json/json-document.ts';
import { type JsonLimits, readJsonFile } from '../json/read-json-file.ts';
import { isProduct } from '../locations/location-table.ts';
import type { PackageView } from '../package-view.ts';
import { type ProblemList, type Report, reporter } from '../problem-list.ts';
import { findBareText, withoutPackage } from './annotated-format.ts';
import { isLocale } from './locale.ts';
import { listTranslationFiles, type TranslationFile } from './list-translation-files.ts';
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

const checkParameterLabels = (tree: JsonObject, file: string, report: Report): void => {
  const parameters = own(own(tree, 'app'), 'parameters');
  if (!isObject(parameters)) return;
  const bare = Object.entries(parameters).find(([, texts]) => !isObject(texts) || !has(texts, 'label'));
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
  const bare = findBareText(withoutPackage(tree));
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

/** All of them are kept with the app and sent to clients. 8 MiB are some hundred languages of a very large app. */
const maxBytesInAll = 8 * 1024 * 1024;

const checkLocaleOf = ({ file, locale }: TranslationFile, problems: ProblemList): void => {
  if (isLocale(locale)) return;
  const message = `${file.path} is not named after a locale; use a name such as translations/en.json or translations/es-419.json.`;
  problems.add({ key: 'translation.invalid_locale', message, file: file.path, data: { file: file.path } });
};

/** Gives the texts of the file, unless something keeps them from being read. */
const checkFile = (translation: TranslationFile, limits: JsonLimits, problems: ProblemList) => {
  checkLocaleOf(translation, problems);
  const read = readJsonFile(translation.file, { syntaxKey: 'translation.not_json' }, limits);
  if ('problem' in read) {
    problems.add(read.problem);
    return undefined;
  }
  const report = reporter(problems, read.document);
  const tree = checkTree(read.document, report);
  if (tree) checkParameterLabels(tree, translation.file.path, report);
  return tree && { tree, report };
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
  for (const file of files) {
    const checked = checkFile(file, limits, problems);
    const isComplete = file.file.path === requiredTextsFile && problems.count === before;
    if (checked && isComplete) checkRequiredTexts(checked.tree, demands, checked.report);
  }
};
