/** The tables of internationalised domain names, which few URLs need. */

export { toASCII } from 'tr46';
