import './host/install.js';
import './host/serve.js';
import { serveIfNodeGuest } from './host/node-guest.js';

export * from './everywhere.js';
export { ExportedEndpoint, exportEndpoint } from './host/export-endpoint.js';

serveIfNodeGuest();
