import type { AnyStep, StepRegistry } from "../model/step.ts";
import { paramsOf, strictSchema, type JsonSchema } from "./step-schema.ts";

/** A step's page in docs/steps, as Markdown. */
export function stepPage(step: AnyStep): string {
  const parts = [
    `# ${step.name}`,
    `${step.summary}.`,
    step.description.trim(),
    nature(step),
    "## Parameters",
    parameters(step),
    "## Examples",
    ...step.examples.map(({ title, yaml }) => `${title}:\n\n\`\`\`yaml\n${yaml.trim()}\n\`\`\``),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The list of all steps, docs/steps/README.md. */
export function stepIndexPage(steps: StepRegistry): string {
  const rows = [...steps.values()].map(
    (step) =>
      `| [${step.name}](${folderOf(step)}.md) | ${step.kind === "reading" ? "reads" : "changes"} | ${cell(step.summary)} |`,
  );
  return [
    "# Steps",
    "",
    "Generated from the steps themselves: `npm run generate`.",
    "",
    "| step | | what it does |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** The folder in src/steps and the name of the page. */
export function folderOf(step: AnyStep): string {
  return step.name.replaceAll(".", "-");
}

function nature(step: AnyStep): string {
  const where = step.where === "controller" ? " It needs no connection to the host." : "";
  if (step.kind === "reading") {
    return `It changes nothing: it may stand in \`goal:\` and \`preflight:\`, and as a task it is a gate, asked again with \`wait:\`.${where}`;
  }
  const again = step.idempotent
    ? "After a crash it may be applied again without harm."
    : "After a crash it is applied again only where it is known not to have happened.";
  const cancel =
    step.cancel === "leave"
      ? " An interrupt or a deadline leaves it running; a resume goes on from what it did."
      : "";
  return `It changes something. ${again}${cancel}${where}`;
}

function parameters(step: AnyStep): string {
  const params = Object.entries(paramsOf(step));
  if (params.length === 0) return "None.";
  const properties = strictSchema(step)["properties"];
  const schemas = isSchema(properties) ? properties : {};
  const rows = params.map(([name, param]) => {
    const schema = schemas[name];
    const notes = [
      param.required === true ? "required" : "",
      param.default === undefined ? "" : `default \`${JSON.stringify(param.default)}\``,
      name === step.shorthand ? `a bare value means this one` : "",
      param.secret === true ? "masked" : "",
      param.template === "expression" ? "an expression, without braces" : "",
    ].filter((note) => note !== "");
    const type = isSchema(schema) ? typeWords(schema) : "";
    return `| \`${name}\` | ${cell(type)} | ${cell(notes.join(", "))} | ${cell(param.description)} |`;
  });
  return ["| name | type | | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function typeWords(schema: JsonSchema): string {
  const { enum: words, type, items } = schema;
  if (Array.isArray(words)) return words.map((word) => `\`${JSON.stringify(word)}\``).join(", ");
  const types = (Array.isArray(type) ? type : [type]).map(String);
  return types
    .map((word) => (word === "array" && isSchema(items) ? `array of ${typeWords(items)}` : word))
    .join(" or ");
}

function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
