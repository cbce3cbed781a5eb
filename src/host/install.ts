import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installBinding } from '../binding/binding.js';
import { loadBinding } from './load.js';

const binding = loadBinding();
installBinding(binding);
binding.setGuestSource(readFileSync(join(__dirname, '..', 'guest.js'), 'utf8'));
