import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { FastifySerializerCompiler } from 'fastify';

/**
 * Serializers that are made from a response's schema when the first such answer is sent. Making those of all routes at once took a
 * third of a start.
 */
export function createLazySerializers(): FastifySerializerCompiler<unknown> {
  const compile = SerializerSelector()({}, {});
  return ({ schema, method, url, httpStatus = '' }) => {
    let serialize: ((data: unknown) => string) | undefined;
    return (data) => {
      serialize ??= compile({ schema, method, url, httpStatus });
      return serialize(data);
    };
  };
}
