'use strict';

// Spec's output for people, and a line of JSON for each event in the file that `output` names: written as it happens,
// so that a crash tells which test it was.
const { appendFileSync, writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

const { EVENT_TEST_BEGIN, EVENT_TEST_PASS, EVENT_TEST_FAIL, EVENT_RUN_END } = Runner.constants;

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = options.reporterOptions.output;
    writeFileSync(file, '');
    const record = (event) => (test, error) =>
      appendFileSync(
        file,
        `${JSON.stringify({ event, title: test?.fullTitle(), reason: error?.stack })}\n`,
      );
    runner.on(EVENT_TEST_BEGIN, record('begin'));
    runner.on(EVENT_TEST_PASS, record('pass'));
    runner.on(EVENT_TEST_FAIL, record('fail'));
    runner.on(EVENT_RUN_END, record('end'));
  }
};
