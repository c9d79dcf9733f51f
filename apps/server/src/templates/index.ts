export { checkTemplateSyntax, createEnvironment, type Failure } from './engine.ts';
export { DEFAULT_LENGTHS, type Lengths } from './lengths.ts';
export {
  createTemplates,
  createThreadedRenderer,
  type Rendered,
  type SlowRenderer,
  type TemplateContext,
  type Templates,
} from './service.ts';
export {
  cutResult,
  cutTitle,
  emailMessage,
  emailTitle,
  imageUrl,
  phoneTitle,
  pushText,
  slackTitle,
  smsTitle,
  telegramMessage,
  telegramPayload,
  telegramTitle,
  webMessage,
  webTitle,
} from './text-formats.ts';
export { isTruthy } from './truth.ts';
export {
  isScalar,
  jsonOfSortedKeys,
  mappingItems,
  PayloadSource,
  parseJsonValue,
  payloadMember,
  pythonText,
  type TemplateValue,
} from './values.ts';
