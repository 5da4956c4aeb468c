import type { Diagnostic } from "../model/diagnostic.ts";
import type { VaultText } from "../model/value.ts";
import { TemplateProblem } from "./problem.ts";
import type { RenderSettings } from "./settings.ts";

/** A vault value could not be opened; the vault room has already said why. */
export class VaultProblem extends TemplateProblem {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super("jinja/vault", diagnostic.summary);
    this.diagnostic = diagnostic;
  }
}

export function decrypted(vault: VaultText, settings: RenderSettings): string {
  const { decrypt } = settings;
  const at = vault.at === undefined ? {} : { at: vault.at };
  if (decrypt === undefined)
    throw new VaultProblem({
      code: "jinja/vault",
      severity: "error",
      summary: "an encrypted value is needed, but no vault password is known",
      hint: "Give --vault-password-file or --ask-vault-pass",
      ...at,
    });
  try {
    return decrypt(vault);
  } catch (error) {
    if (isDiagnostic(error)) throw new VaultProblem({ ...at, ...error });
    const summary = error instanceof Error ? error.message : String(error);
    throw new VaultProblem({ code: "jinja/vault", severity: "error", summary, ...at });
  }
}

function isDiagnostic(error: unknown): error is Diagnostic {
  return typeof error === "object" && error !== null && "summary" in error && "code" in error;
}
