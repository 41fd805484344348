// The OpenAPI version 2 document as protocol buffers, the only form that clients before 1.27 ask for.
// Field numbers are those of gnostic's openapi.v2 messages. Vendor extensions are carried as YAML text, for which JSON is good.
import type { JsonSchema } from './component.ts';
import { ProtobufMessage } from './protobuf-writer.ts';

type Fields = Readonly<Record<string, unknown>>;

const message = () => new ProtobufMessage();
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
const textsOf = (value: unknown) => value as readonly string[] | undefined;
const entriesOf = (value: unknown) => Object.entries((value ?? {}) as Record<string, Fields>);

function addExtensions(to: ProtobufMessage, field: number, from: Fields): ProtobufMessage {
  for (const [name, value] of Object.entries(from))
    if (name.startsWith('x-'))
      to.message(
        field,
        message()
          .text(1, name)
          .message(2, message().text(2, JSON.stringify(value))),
      );
  return to;
}

function namedSchemas(schemas: unknown): ProtobufMessage {
  const to = message();
  for (const [name, schema] of entriesOf(schemas))
    to.message(1, message().text(1, name).message(2, schemaMessage(schema)));
  return to;
}

function schemaMessage(schema: Fields): ProtobufMessage {
  const to = message().text(1, textOf(schema.$ref)).text(2, textOf(schema.format)).texts(19, textsOf(schema.required));
  if (schema.additionalProperties)
    to.message(21, message().message(1, schemaMessage(schema.additionalProperties as Fields)));
  if (schema.type) to.message(22, message().texts(1, [schema.type as string]));
  if (schema.items) to.message(23, message().message(1, schemaMessage(schema.items as Fields)));
  if (schema.properties) to.message(25, namedSchemas(schema.properties));
  return addExtensions(to, 31, schema);
}

function parameterMessage(parameter: Fields): ProtobufMessage {
  const name = textOf(parameter.name);
  const required = parameter.required === true;
  const type = textOf(parameter.type);
  const place = textOf(parameter.in);
  const to = message();
  if (place === 'body')
    to.message(
      1,
      message()
        .text(2, name)
        .text(3, place)
        .flag(4, required)
        .message(5, schemaMessage(parameter.schema as Fields)),
    );
  else {
    const other = message().flag(1, required).text(2, place).text(4, name);
    const isPath = place === 'path';
    to.message(2, message().message(isPath ? 4 : 3, other.text(isPath ? 5 : 6, type)));
  }
  return message().message(1, to);
}

function responsesMessage(responses: unknown): ProtobufMessage {
  const to = message();
  for (const [code, response] of entriesOf(responses)) {
    const own = message().text(1, textOf(response.description));
    if (response.schema) own.message(2, message().message(1, schemaMessage(response.schema as Fields)));
    to.message(1, message().text(1, code).message(2, message().message(1, own)));
  }
  return to;
}

function operationMessage(operation: Fields | undefined): ProtobufMessage | undefined {
  if (!operation) return undefined;
  const to = message()
    .text(5, textOf(operation.operationId))
    .texts(6, textsOf(operation.produces))
    .texts(7, textsOf(operation.consumes));
  for (const parameter of operation.parameters as readonly Fields[]) to.message(8, parameterMessage(parameter));
  to.message(9, responsesMessage(operation.responses)).texts(10, textsOf(operation.schemes));
  return addExtensions(to, 13, operation);
}

function pathMessage(path: Readonly<Record<string, unknown>>): ProtobufMessage {
  const operation = (method: string) => operationMessage(path[method] as Fields | undefined);
  const to = message()
    .message(2, operation('get'))
    .message(3, operation('put'))
    .message(4, operation('post'))
    .message(5, operation('delete'))
    .message(8, operation('patch'));
  for (const parameter of (path.parameters ?? []) as readonly Fields[]) to.message(9, parameterMessage(parameter));
  return to;
}

/** Media type application/com.github.proto-openapi.spec.v2@v1.0+protobuf, of what {@link openApiV2Document} made. */
export function openApiV2Protobuf(document: object): Buffer {
  const { swagger, info, paths, definitions } = document as Record<string, JsonSchema>;
  const pathMessages = message();
  for (const [name, path] of entriesOf(paths))
    pathMessages.message(2, message().text(1, name).message(2, pathMessage(path)));
  return message()
    .text(1, textOf(swagger))
    .message(2, message().text(1, textOf(info?.title)).text(2, textOf(info?.version)))
    .message(8, pathMessages)
    .message(9, namedSchemas(definitions))
    .finish();
}
