import { installBinding } from '../binding/binding.js';
import { loadBinding } from './load.js';
import { guestFolder } from './paths.js';

const binding = loadBinding();
installBinding(binding);
binding.setGuestFolder(guestFolder);
