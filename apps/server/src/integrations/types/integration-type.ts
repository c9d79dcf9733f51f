/** Title, message and image of one channel; an attribute that is left out falls back as templates.md 4 says. */
export type ChannelTemplates = { readonly title?: string; readonly message?: string; readonly image_url?: string };

/** A type's default templates under the names of the API. What is left out has no default. */
export type DefaultTemplates = {
  readonly grouping_key?: string;
  readonly resolve_signal?: string;
  readonly acknowledge_signal?: string;
  readonly source_link?: string;
  readonly web: ChannelTemplates;
  readonly slack?: ChannelTemplates;
  readonly telegram?: ChannelTemplates;
  readonly sms?: ChannelTemplates;
  readonly phone_call?: ChannelTemplates;
  readonly email?: ChannelTemplates;
  readonly mobile_app?: ChannelTemplates;
  readonly mattermost?: ChannelTemplates;
  readonly msteams?: ChannelTemplates;
};

/** How a request body becomes alerts (ingest.md 4). */
export type BodyShape =
  | 'whole' // the body is one alert, whatever its JSON type
  | 'alertmanager' // an object, one alert; numFiring and numResolved are added where they are missing
  | 'split' // an object; each element of `alerts` is an alert
  | 'grafana'; // as split when the body has `alerts`, else whole

/** A kind of monitoring system, as data. A type is a folder that exports one of these. */
export type IntegrationType = {
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  /** Path segment below integrations/v1/ that takes its bodies. */
  readonly path: string;
  readonly body: BodyShape;
  /** Malformed JSON is read leniently, or kept as text, instead of refused (ingest.md B-22). */
  readonly lenient: boolean;
  readonly canResolve: boolean;
  readonly hasHeartbeat: boolean;
  readonly isFeatured: boolean;
  readonly featuredTag?: string;
  /** false: made by the server alone, or old; the API refuses to create it. */
  readonly canCreate: boolean;
  readonly isBasedOnAlertmanager: boolean;
  readonly templates: DefaultTemplates;
  /** Unset templates of integrations imported from OnCall mean these where they are given (ingest.md B-19). */
  readonly referenceTemplates?: Partial<DefaultTemplates>;
  /** What a demo alert sends when none is given. */
  readonly example: unknown;
};

type TypeDescription = Omit<
  IntegrationType,
  'path' | 'body' | 'lenient' | 'canResolve' | 'hasHeartbeat' | 'isFeatured' | 'canCreate' | 'isBasedOnAlertmanager'
> &
  Partial<IntegrationType>;

/** Fills in what most types share. */
export const defineType = (type: TypeDescription): IntegrationType => ({
  path: type.slug,
  body: 'whole',
  lenient: false,
  canResolve: true,
  hasHeartbeat: false,
  isFeatured: false,
  canCreate: true,
  isBasedOnAlertmanager: false,
  ...type,
});
