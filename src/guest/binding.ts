import { type GuestBinding, installBinding } from '../binding/binding.js';

/** The parameter of the function as whose body the guest's code is compiled. */
declare const isolaneBinding: GuestBinding;

installBinding(isolaneBinding);

/** What an interpreter's binding has beside what Node's has. */
export const guest: GuestBinding = isolaneBinding;
