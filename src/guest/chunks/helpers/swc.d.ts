/** It comes without types. */
declare module '@swc/helpers';
