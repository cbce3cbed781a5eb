import { join } from 'node:path';
import { installBinding } from '../binding/binding.js';
import { loadBinding } from './load.js';

const binding = loadBinding();
installBinding(binding);
binding.setGuestFolder(join(__dirname, '..', 'guest'));
