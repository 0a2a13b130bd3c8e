/* What can be said of a directory without loading a server or an SDK: who has it, and with which settings. */
export { type Endpoints, readEndpoints } from "./endpoints.ts";
export { DirectoryHeld, type Holder, holderOf } from "./lock.ts";
export { readTrouble } from "./responder-trouble.ts";
export { DEFAULT_SLOTS, defaultSettings, readSettings, settingsPath, writeSettings } from "./settings-file.ts";
