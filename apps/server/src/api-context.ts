import { compilePythonRegex, PythonError, RegexSyntaxError, TemplateError, UndefinedError } from '@tocsin/jinja';
import { createOidcClient, createSecondStep, passkeySite } from './access/index.ts';
import type { ApiContext, TermChecks } from './api/v1/index.ts';
import type { Context } from './context.ts';
import { domainsOf, emailSettings } from './domains.ts';
import { previewTemplate, renderForWeb } from './integrations/index.ts';
import { createLiveFeed } from './live/index.ts';
import { createPipelinePorts } from './pipeline-ports.ts';
import { folderLog } from './platform/log.ts';
import { createFeedCheck } from './schedules/index.ts';
import { checkTemplateSyntax, createEnvironment } from './templates/index.ts';

const TERM_BUDGET_MS = 100;
/** Python's exceptions that count as warnings: the payload that a route's template meets will not be empty. */
const WARNINGS: ReadonlySet<string> = new Set(['TypeError', 'KeyError', 'ValueError']);

/** What tells whether the term of a route can be used. A template is rendered once with an empty payload; warnings pass. */
export const termChecks: TermChecks = {
  regexCompiles(pattern) {
    try {
      compilePythonRegex(pattern, { flavour: 're' });
      return true;
    } catch (error) {
      if (error instanceof RegexSyntaxError) return false;
      throw error;
    }
  },
  templateWorks(source) {
    try {
      createEnvironment({ limits: { timeMs: TERM_BUDGET_MS } })
        .compile(source)
        .render({ payload: {}, labels: {} });
      return true;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return error instanceof UndefinedError || (error instanceof PythonError && WARNINGS.has(error.pyName));
    }
  },
};

/** What is switched on, in the words that clients know (access.md 2). */
function featuresOf(ctx: Context): string[] {
  const { personalWebhook, liveSettings } = ctx.config.features;
  return [
    'labels',
    ...(personalWebhook ? ['personal_webhook'] : []),
    ...(liveSettings ? ['live_settings'] : []),
    ...(emailSettings(ctx) === null ? [] : ['email']),
  ];
}

/** What the public API needs of a process. */
export function createApiContext(ctx: Context): ApiContext {
  const { config, db, reads, clock } = ctx;
  const { authMail, engine, hooks, templates, linkOfGroup, onBrokenSchedule, webhooks, sendMail } = domainsOf(ctx);
  const live = createLiveFeed({ db, log: folderLog(ctx.log, 'live'), hub: ctx.hub });
  ctx.metrics.gauge('tocsin_live_streams', 'Open streams of live events', [], (gauge) => gauge.set(live.followers()));
  return {
    db,
    reads,
    clock,
    baseUrl: config.baseUrl,
    authenticate: ctx.authenticate,
    requestsPerMinute: config.limits.apiRequestsPerMinute,
    requestsPerMinuteOf: (org) => config.limits.custom.get(org)?.publicApi,
    tokensPerUser: config.limits.apiTokensPerUser,
    forgetRights: ctx.forgetRights,
    alertBodyLimit: config.limits.ingestBodyBytes,
    hooks,
    syntaxError: (source) => checkTemplateSyntax(source, config.limits.lengths.template),
    termChecks,
    inboundEmailDomain: null,
    onBrokenSchedule,
    checkFeed: createFeedCheck(ctx.outbound, config.baseUrl),
    secrets: ctx.secrets,
    liveSettings: config.features.liveSettings ? ctx.liveSettings : null,
    auth: {
      cookie: ctx.sessionCookie,
      firstRun: ctx.firstRun,
      secondStep: createSecondStep({ db, clock, secrets: ctx.secrets, site: passkeySite(config.baseUrl) }),
      mail: authMail,
      oidc: new Map(config.oidc.map((each) => [each.name, createOidcClient(each, ctx.outbound, () => clock.monotonicMs())])),
      proxy: config.proxySignIn,
      get features() {
        return featuresOf(ctx);
      },
      maintenanceMessage: config.maintenanceMessage,
    },
    previewTemplate: (request) => previewTemplate({ db, clock, templates, linkOf: linkOfGroup }, request),
    renderAlert: (org, alert) => renderForWeb({ db, clock, templates, linkOf: linkOfGroup }, org, alert),
    live,
    open: { clock, templates, ports: createPipelinePorts({ hooks, engine }, config, () => undefined) },
    plan: { db, ports: engine.ports, snapshots: engine.snapshots, startDelaySeconds: config.escalation.startDelaySeconds },
    webhooks,
    async sendTestMail(mail) {
      const outcome = await sendMail(mail);
      if (outcome === null) return 'No mail server is set up (EMAIL_HOST).';
      return 'reason' in outcome ? outcome.reason : null;
    },
  };
}
