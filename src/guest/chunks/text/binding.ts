import type { GuestBinding } from '../../../binding/binding.js';

/** Set before anything else in this chunk is used. */
export let guest: GuestBinding;

export function useBinding(binding: GuestBinding): void {
  guest = binding;
}
