/** One inventory file, decoded. */
export interface InventoryText {
  readonly text: string;
  /** As diagnostics name it. */
  readonly file: string;
  /** The absolute path: `inventory_file` of the hosts it names first. */
  readonly path: string;
}
