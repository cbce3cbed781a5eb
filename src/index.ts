import './host/install.js';
import './host/serve.js';

export * from './everywhere.js';
