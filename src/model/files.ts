/** The controller's file system as steps may use it. Relative paths are relative to the playbook, then to the inventory. */
export interface ControllerFiles {
  read(path: string): Promise<FileBytes>;
  /** Replaces a file by rename, keeping its mode and owner. Resolves when the new bytes and the folder are on disk. */
  replace(path: string, bytes: Uint8Array): Promise<FileWritten>;
  /** The absolute path that `read` would use. */
  resolve(path: string): string;
}

export type FileBytes =
  | {
      readonly kind: "bytes";
      readonly path: string;
      readonly bytes: Uint8Array;
      readonly mode: number;
    }
  | { readonly kind: "absent"; readonly path: string }
  | { readonly kind: "unreadable"; readonly path: string; readonly reason: string };

export type FileWritten =
  { readonly kind: "written" } | { readonly kind: "failed"; readonly reason: string };
