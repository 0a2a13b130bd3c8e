/* What can be said of a directory without loading a server or an SDK: who has it, and with which settings. */
export { announced, answers, type Endpoints } from "./endpoints.ts";
export { DirectoryHeld, type Holder, tableFolder } from "./held.ts";
export { DEFAULT_SLOTS, defaultSettings, readSettings, settingsPath, writeSettings } from "./settings-file.ts";
