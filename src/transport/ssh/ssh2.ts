/** The one door to ssh2's values. It is CommonJS whose names Node cannot all see, so they come through the default export. */
import ssh2 from "ssh2";

export const { Client, Server, OpenSSHAgent, utils } = ssh2;
export type Client = ssh2.Client;
export type Server = ssh2.Server;
