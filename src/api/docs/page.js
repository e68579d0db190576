// Renders /openapi.json. All text goes into the page as text, never as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];

/** An element with attributes and children; null children are left out. */
function el(tag, attributes, ...children) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

const code = (text) => el("code", {}, text);
const schemaId = (name) => `schema-${name}`;

/** Text with `code` in backticks, a paragraph for each blank line. */
function prose(text = "") {
  return text.split(/\n\s*\n/).filter(Boolean).map((paragraph) =>
    el("p", {}, paragraph.split("`").map((part, n) => (n % 2 ? code(part) : part))));
}

/** The type of a schema in a few words, with a link where it has a name. */
function type(schema) {
  if (!schema || schema === true) return "anything";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return el("a", { href: `#${schemaId(name)}` }, name);
  }
  const either = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (either) return el("span", {}, ...either.flatMap((one, n) => (n ? [" or ", type(one)] : [type(one)])));
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  const kinds = [schema.type].flat().filter(Boolean);
  if (kinds.includes("array") && schema.items) return el("span", {}, "list of ", type(schema.items));
  const format = schema.format ? ` (${schema.format})` : "";
  return (kinds.join(" or ") || "object") + format;
}

/** What a schema allows beside its type. */
function limits(schema) {
  const said = [];
  const low = schema.minimum ?? schema.minLength ?? schema.minItems;
  const high = schema.maximum ?? schema.maxLength ?? schema.maxItems;
  if (low !== undefined || high !== undefined) said.push(`${low ?? ""} … ${high ?? ""}`);
  if (schema.enum) said.push(schema.enum.length > 12 ? `${schema.enum.length} values` : schema.enum.join(", "));
  if (schema.default !== undefined) said.push(`default ${JSON.stringify(schema.default)}`);
  return said.length ? el("span", { className: "soft" }, ` ${said.join("; ")}`) : null;
}

const row = (...cells) => el("tr", {}, cells.map((cell) => el("td", {}, cell)));

function table(title, rows) {
  return rows.length ? [el("h4", {}, title), el("table", {}, rows)] : [];
}

function contents(content = {}) {
  return Object.entries(content).map(([kind, { schema }]) => el("div", {}, type(schema), " as ", code(kind)));
}

function operation(method, path, call) {
  const scopes = (call.security ?? []).flatMap((one) => Object.values(one)).flat();
  const parameters = (call.parameters ?? []).map((one) => row(
    code(one.name),
    [type(one.schema), one.required ? " required" : "", el("span", { className: "soft" }, ` in ${one.in}`),
      limits(one.schema ?? {}), ...prose(one.description)]));
  const responses = Object.entries(call.responses).map(([status, one]) => row(
    code(status),
    [one.description, contents(one.content), Object.keys(one.headers ?? {}).map((name) =>
      el("span", { className: "soft" }, code(name), " "))]));
  return el("article", { id: call.operationId },
    el("h3", {}, el("span", { className: "method" }, method.toUpperCase()), code(path)),
    el("strong", {}, call.summary ?? ""),
    scopes.length ? el("span", { className: "soft" }, " needs ", code(scopes.join(" "))) : null,
    prose(call.description),
    table("Parameters", parameters),
    call.requestBody ? [el("h4", {}, "Body"), prose(call.requestBody.description), contents(call.requestBody.content)] : null,
    table("Answers", responses));
}

function schema(name, one) {
  const required = new Set(one.required ?? []);
  const properties = Object.entries(one.properties ?? {}).map(([key, value]) => row(
    code(key),
    [type(value), required.has(key) ? " required" : "", limits(value), ...prose(value.description)]));
  const examples = (one.examples ?? []).map((value) => el("pre", {}, JSON.stringify(value, null, 2)));
  return el("article", { id: schemaId(name) },
    el("h3", {}, name),
    prose(one.description),
    properties.length ? table("Fields", properties) : el("p", {}, type({ ...one, $ref: undefined }), limits(one)),
    examples.length ? [el("h4", {}, "Examples"), examples] : null);
}

function group(title, id, articles, links) {
  return {
    main: [el("h2", { id }, title), ...articles],
    nav: [el("h2", {}, title), ...links.map(([target, text]) => el("a", { href: `#${target}` }, text))],
  };
}

function render(document_) {
  const calls = Object.entries(document_.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, call: item[method] })));
  const groups = document_.tags.map((tag) => {
    const own = calls.filter(({ call }) => call.tags?.includes(tag.name));
    return group(`${tag.name[0].toUpperCase()}${tag.name.slice(1)}`, tag.name,
      own.map(({ method, path, call }) => operation(method, path, call)),
      own.map(({ call }) => [call.operationId, call.summary]));
  });
  const schemas = Object.entries(document_.components.schemas);
  groups.push(group("Schemas", "schemas", schemas.map(([name, one]) => schema(name, one)),
    schemas.filter(([name]) => !name.includes(".")).map(([name]) => [schemaId(name), name])));
  const { info } = document_;
  document.querySelector("main").replaceChildren(
    el("h1", {}, `${info.title} API`),
    el("p", { className: "soft" }, `Version ${info.version}, also as `, el("a", { href: "/openapi.json" }, "openapi.json")),
    ...prose(info.description), ...groups.flatMap(({ main }) => main));
  document.querySelector("nav").replaceChildren(...groups.flatMap(({ nav }) => nav));
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

try {
  const answer = await fetch("/openapi.json");
  render(await answer.json());
} catch (error) {
  document.querySelector("main").append(el("p", {}, `It cannot be shown: ${error.message}`));
}
