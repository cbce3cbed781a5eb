import './host/install.js';
import './host/serve.js';
import { serveIfNodeGuest } from './host/node-guest.js';

export * from './everywhere.js';

serveIfNodeGuest();
