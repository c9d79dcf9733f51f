export type Json = Readonly<Record<string, unknown>>;

export type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Json };

/** One endpoint of the API as its description has it. */
export type Operation = {
  /** `POST /api/v1/teams` */
  title: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  operationId: string;
  parameters: readonly Parameter[];
  /** Schema of the JSON body, null when there is none. */
  body: Json | null;
  responses: Readonly<Record<string, { content?: Readonly<Record<string, unknown>> }>>;
  /** What it asks of the caller; null when it is public. */
  permission: unknown;
  /** The answer goes on until somebody ends it. */
  streams: boolean;
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a `$ref` of the document stands for; any other schema as it is. */
export function dereference(document: Json, schema: unknown): Json {
  if (!isObject(schema)) return {};
  if (typeof schema.$ref !== 'string') return schema;
  let found: unknown = document;
  for (const step of schema.$ref.slice(2).split('/')) found = isObject(found) ? found[step] : undefined;
  if (!isObject(found)) throw new Error(`${schema.$ref} stands for nothing`);
  return found;
}

export function operationsOf(document: Json): Operation[] {
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(document.paths as Record<string, Record<string, Json>>)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const content = (operation.requestBody as { content?: Record<string, { schema: Json }> } | undefined)?.content;
      const responses = operation.responses as Operation['responses'];
      const success = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      operations.push({
        title: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase() as Operation['method'],
        path,
        operationId: String(operation.operationId),
        parameters: (operation.parameters ?? []) as Parameter[],
        body: content?.['application/json'] === undefined ? null : dereference(document, content['application/json'].schema),
        responses,
        permission: operation['x-permission'] ?? null,
        streams: success.some(([, { content: answer }]) =>
          Object.keys(answer ?? {}).some((type) => type.includes('event-stream')),
        ),
      });
    }
  }
  return operations;
}
