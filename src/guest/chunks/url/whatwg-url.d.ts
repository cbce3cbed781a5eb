/** What we use of it, and of `tr46`; neither brings types. */

declare module 'whatwg-url/webidl2js-wrapper.js' {
  interface Interface {
    /** Makes the class with the built-in objects that `realm` has, and puts it there. */
    install(realm: object, globalNames: string[]): void;
  }
  export const URL: Interface;
  export const URLSearchParams: Interface;
}

declare module 'tr46' {
  export interface Options {
    readonly checkHyphens?: boolean;
    readonly checkBidi?: boolean;
    readonly checkJoiners?: boolean;
    readonly useSTD3ASCIIRules?: boolean;
    readonly transitionalProcessing?: boolean;
    readonly verifyDNSLength?: boolean;
    readonly ignoreInvalidPunycode?: boolean;
  }
  /** Null if the domain is not valid. */
  export function toASCII(domain: string, options: Options): string | null;
}
